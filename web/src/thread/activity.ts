/** Activity of conversations, stored outside of components: an answer continues while another conversation is open. */
import { useSyncExternalStore } from 'react';
import type { ApiError } from '../api/error';
import type { Exchange } from './exchange';

/** Why a message was not sent. Its text stays in the field. */
export type SendProblem =
  | { kind: 'error'; error: unknown; ask: boolean }
  /** The code could not be saved first: it needs a merge, or the connection is lost. */
  | { kind: 'held' }
  | { kind: 'changed' };

export interface Activity {
  exchange: Exchange | null;
  problem: SendProblem | null;
  /** Errors by question, as seen on this page. They have more detail than the stored error code. */
  failures: Readonly<Record<string, ApiError>>;
  /** Versions that were saved before a question, by question. */
  saved: Readonly<Record<string, number>>;
  /** Partial answers that the user stopped, by question. They are stored nowhere else. */
  stopped: Readonly<Record<string, string>>;
  /** Text for the screen reader. */
  announcement: string;
}

const NO_ACTIVITY: Activity = { exchange: null, problem: null, failures: {}, saved: {}, stopped: {}, announcement: '' };

const activities = new Map<string, Activity>();
const listeners = new Set<() => void>();

export function getActivity(key: string): Activity {
  return activities.get(key) ?? NO_ACTIVITY;
}

let frame: number | null = null;

function notify(): void {
  if (frame !== null) cancelAnimationFrame(frame);
  frame = null;
  for (const listener of [...listeners]) listener();
}

/** Updates the activity and notifies listeners at once. */
export function updateActivity(key: string, next: Partial<Activity>): void {
  activities.set(key, { ...getActivity(key), ...next });
  notify();
}

/** Updates the exchange. Text of an answer is rendered once per frame. */
export function updateExchange(key: string, next: (exchange: Exchange) => Exchange): void {
  const now = getActivity(key);
  if (now.exchange === null) return;
  const exchange = next(now.exchange);
  activities.set(key, { ...now, exchange });
  if (exchange.phase !== now.exchange.phase || exchange.question !== now.exchange.question) notify();
  else frame ??= requestAnimationFrame(notify);
}

/** Copies the activity to the id of the stored thread. The old key is cleared once no panel shows it. */
export function moveActivity(from: string, to: string): void {
  activities.set(to, getActivity(from));
}

export function clearActivity(key: string): void {
  activities.delete(key);
  notify();
}

export function clearActivities(): void {
  activities.clear();
  notify();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useActivity(key: string): Activity {
  return useSyncExternalStore(subscribe, () => getActivity(key));
}
