/** Running requests and scheduled retries by conversation, so that they can be aborted. */
import { offlineError } from '../api/error';

const requests = new Map<string, AbortController>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** Registers a request and returns its abort signal. */
export function startRequest(key: string): AbortSignal {
  const controller = new AbortController();
  requests.set(key, controller);
  return controller.signal;
}

/** An answer takes at most 30 seconds. A connection that is silent for longer is broken without an error. */
const SILENCE_MS = 45_000;

/** Yields the items of a connection. Throws `OFFLINE` if it falls silent. */
export async function* withSilenceTimeout<T>(
  userAbort: AbortSignal,
  open: (signal: AbortSignal) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const silence = new AbortController();
  const startTimer = () => setTimeout(() => silence.abort(), SILENCE_MS);
  let timer = startTimer();
  try {
    for await (const item of open(AbortSignal.any([userAbort, silence.signal]))) {
      clearTimeout(timer);
      yield item;
      timer = startTimer();
    }
  } catch (error) {
    throw silence.signal.aborted && !userAbort.aborted ? offlineError() : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Calls `resume` at a time, unless it is aborted before. */
export function scheduleResume(key: string, until: Date, resume: () => void): void {
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(resume, Math.max(0, until.getTime() - Date.now())));
}

/** Aborts the request or the scheduled retry. The caller updates the exchange. */
export function abortRequest(key: string): void {
  requests.get(key)?.abort();
  requests.delete(key);
  clearTimeout(timers.get(key));
  timers.delete(key);
}

/** Aborts everything on a sign-out. */
export function abortAllRequests(): void {
  for (const key of [...requests.keys(), ...timers.keys()]) abortRequest(key);
}

/** Whether the user aborted the request. */
export function isAbortError(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
