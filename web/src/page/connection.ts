/** Whether the server can be reached. Requests tell it; while it cannot, it is asked again and again. */
import { useSyncExternalStore } from 'react';

/** The pauses between questions whether the server is back, in milliseconds; the last one goes on. */
const PAUSES = [1_000, 2_000, 5_000, 10_000, 30_000];

const listeners = new Set<() => void>();
let isOnline = navigator.onLine;
let probe: ReturnType<typeof setTimeout> | undefined;

function set(next: boolean): void {
  if (next === isOnline) return;
  isOnline = next;
  clearTimeout(probe);
  if (!isOnline) ask(0);
  for (const listener of [...listeners]) listener();
}

/** The browser's own events miss a server that is gone, and come early: only an answer says that it is back. */
function ask(tries: number): void {
  clearTimeout(probe);
  const pause = PAUSES[Math.min(tries, PAUSES.length - 1)];
  probe = setTimeout(async () => {
    const answered = await fetch('/api/health').then(
      () => true,
      () => false,
    );
    if (answered) set(true);
    else if (!isOnline) ask(tries + 1);
  }, pause);
}

window.addEventListener('online', () => {
  if (!isOnline) ask(0);
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
