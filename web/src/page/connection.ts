/** Whether the server can be reached, as far as this page knows. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let isOnline = navigator.onLine;

function set(next: boolean): void {
  if (next === isOnline) return;
  isOnline = next;
  for (const listener of [...listeners]) listener();
}

window.addEventListener('online', () => set(true));
window.addEventListener('offline', () => set(false));

/** A request found no server: it counts as offline until one is answered or the browser says otherwise. */
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
