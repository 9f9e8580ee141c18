/** Whether the server can be reached. Requests tell it; while it cannot, it is asked again and again. */
import { useSyncExternalStore } from 'react';

/** The pauses between questions whether the server is back, in milliseconds, and the one that goes on after them. */
const PAUSES = [1_000, 2_000, 5_000, 10_000];
const LONGEST = 30_000;

const listeners = new Set<() => void>();
let isOnline = navigator.onLine;
/** Counts the rounds of questions: one that has been followed by another, or by an answer, is over. */
let round = 0;

function set(next: boolean): void {
  if (next === isOnline) return;
  isOnline = next;
  if (isOnline) round += 1;
  else void ask();
  for (const listener of [...listeners]) listener();
}

/** The browser's own events miss a server that is gone, and come early: only an answer says that it is back. */
async function ask(): Promise<void> {
  round += 1;
  const own = round;
  for (let tries = 0; ; tries++) {
    // Without a network it is worth a try, since the server may be on this machine, but not many.
    const pause = tries === 0 || navigator.onLine ? PAUSES[tries] : LONGEST;
    await new Promise((resolve) => setTimeout(resolve, pause ?? LONGEST));
    if (own !== round) return;
    const signal = AbortSignal.timeout(LONGEST);
    const answer = await fetch('/api/health', { cache: 'no-store', signal }).catch(() => null);
    if (own !== round) return;
    // Not a proxy's, which is there without the server.
    if (answer?.ok) return set(true);
  }
}

if (!isOnline) void ask();
window.addEventListener('online', () => {
  if (!isOnline) void ask();
});
window.addEventListener('offline', () => set(false));

/** A request found no server. */
export function connectionLost(): void {
  set(false);
}

/** A request was answered. */
export function connectionBack(): void {
  set(true);
}

/** Calls back when the connection is lost or back. Answers how to stop that. */
export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the server can be reached. */
export function online(): boolean {
  return isOnline;
}

/** The same, for a component that shows it. */
export function useOnline(): boolean {
  return useSyncExternalStore(onConnection, online);
}
