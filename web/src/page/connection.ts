/** Tracks whether the server is reachable. Requests report the state; while it is lost, the page polls. */
import { useSyncExternalStore } from 'react';

/** The first pauses between polls, in milliseconds. `MAX_PAUSE` follows them. */
const PAUSES = [1_000, 2_000, 5_000, 10_000];
const MAX_PAUSE = 30_000;

const listeners = new Set<() => void>();
let isReachable = navigator.onLine;
/** Id of the current poll loop. A newer loop or a successful request ends the older one. */
let pollId = 0;

function setReachable(next: boolean): void {
  if (next === isReachable) return;
  isReachable = next;
  if (isReachable) pollId += 1;
  else void pollHealth();
  for (const listener of [...listeners]) listener();
}

/** Polls until a health check succeeds. The browser's events come early, and miss a server that is down. */
async function pollHealth(): Promise<void> {
  pollId += 1;
  const ownId = pollId;
  for (let tries = 0; ; tries++) {
    // The server may run on this machine, so try once without a network, then rarely.
    const pause = tries === 0 || navigator.onLine ? PAUSES[tries] : MAX_PAUSE;
    await new Promise((resolve) => setTimeout(resolve, pause ?? MAX_PAUSE));
    if (ownId !== pollId) return;
    const signal = AbortSignal.timeout(MAX_PAUSE);
    const response = await fetch('/api/health', { cache: 'no-store', signal }).catch(() => null);
    if (ownId !== pollId) return;
    // A proxy answers without the server, but not with success.
    if (response?.ok) return setReachable(true);
  }
}

if (!isReachable) void pollHealth();
window.addEventListener('online', () => {
  if (!isReachable) void pollHealth();
});
window.addEventListener('offline', () => setReachable(false));

/** Call when a request gets no response. */
export function reportOffline(): void {
  setReachable(false);
}

/** Call when a request gets a response. */
export function reportOnline(): void {
  setReachable(true);
}

/** Calls `listener` when the connection is lost or restored. Returns the unsubscribe function. */
export function onConnectionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function isOnline(): boolean {
  return isReachable;
}

export function useOnline(): boolean {
  return useSyncExternalStore(onConnectionChange, isOnline);
}
