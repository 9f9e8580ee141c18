/** What goes on in conversations, apart from the page that shows it: an answer is written on while another one is read. */
import { useSyncExternalStore } from 'react';
import type { ApiError } from '../api/error';
import type { Exchange } from './exchange';

/** Why a message is not sent, and stays in the field. */
export type Problem =
  | { kind: 'error'; error: unknown; ask: boolean }
  /** The text before it waits: for a merge, or for the connection. */
  | { kind: 'held' }
  | { kind: 'changed' };

export interface Activity {
  exchange: Exchange | null;
  problem: Problem | null;
  /** By question: the error that it ended with while this page was open, which says more than its code. */
  failures: Readonly<Record<string, ApiError>>;
  /** By question: the version that was saved for it. */
  saved: Readonly<Record<string, number>>;
  /** By question: what was written of its answer when that was stopped, which is kept nowhere else. */
  stopped: Readonly<Record<string, string>>;
  /** What is read aloud. */
  announcement: string;
}

const QUIET: Activity = { exchange: null, problem: null, failures: {}, saved: {}, stopped: {}, announcement: '' };

const known = new Map<string, Activity>();
const listeners = new Set<() => void>();

export function activity(key: string): Activity {
  return known.get(key) ?? QUIET;
}

let frame: number | null = null;

function tell(): void {
  if (frame !== null) cancelAnimationFrame(frame);
  frame = null;
  for (const listener of [...listeners]) listener();
}

/** Changes what goes on, and shows it at once. */
export function change(key: string, next: Partial<Activity>): void {
  known.set(key, { ...activity(key), ...next });
  tell();
}

/** Changes the exchange; words that arrive are shown together at the next frame. */
export function changeExchange(key: string, next: (exchange: Exchange) => Exchange): void {
  const now = activity(key);
  if (now.exchange === null) return;
  const exchange = next(now.exchange);
  known.set(key, { ...now, exchange });
  if (exchange.phase !== now.exchange.phase || exchange.question !== now.exchange.question) tell();
  else frame ??= requestAnimationFrame(tell);
}

/** A new conversation is stored: its state goes on under its id. The old key is replaced once no panel shows it. */
export function moveActivity(from: string, to: string): void {
  known.set(to, activity(from));
}

export function forgetActivity(key: string): void {
  known.delete(key);
  tell();
}

export function forgetActivities(): void {
  known.clear();
  tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useActivity(key: string): Activity {
  return useSyncExternalStore(subscribe, () => activity(key));
}
