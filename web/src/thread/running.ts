/** What is on its way for a conversation, so that it can be interrupted: a request, or the wait before one. */
import { offline } from '../api/error';

const requests = new Map<string, AbortController>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** A request begins. */
export function started(key: string): AbortSignal {
  const controller = new AbortController();
  requests.set(key, controller);
  return controller.signal;
}

/** An answer takes half a minute at the most. A connection that is silent for longer is broken, and does not know it. */
const SILENCE_MS = 45_000;

/** What a connection yields. One that falls silent ends as a broken one does. */
export async function* alive<T>(
  interruption: AbortSignal,
  open: (signal: AbortSignal) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const silence = new AbortController();
  const listen = () => setTimeout(() => silence.abort(), SILENCE_MS);
  let timer = listen();
  try {
    for await (const item of open(AbortSignal.any([interruption, silence.signal]))) {
      clearTimeout(timer);
      yield item;
      timer = listen();
    }
  } catch (error) {
    throw silence.signal.aborted && !interruption.aborted ? offline() : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Calls back at a time, unless it is interrupted. */
export function waitUntil(key: string, until: Date, resume: () => void): void {
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(resume, Math.max(0, until.getTime() - Date.now())));
}

/** Ends what is on its way. Who interrupts says what becomes of the exchange. */
export function interrupt(key: string): void {
  requests.get(key)?.abort();
  requests.delete(key);
  clearTimeout(timers.get(key));
  timers.delete(key);
}

/** Ends everything, when the user signs out. */
export function interruptAll(): void {
  for (const key of [...requests.keys(), ...timers.keys()]) interrupt(key);
}

/** Whether an error is no error: the user interrupted the request. */
export function isInterruption(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
