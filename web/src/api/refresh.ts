/** Refreshes the access token once for all requests in flight, in all tabs. */
import { reportOffline, reportOnline } from '../page/connection';
import { isApiError, offlineError, toApiError } from './error';

const LOCK = 'codesensei.refresh';
/** Storage key of the last successful refresh in any tab, in milliseconds. A waiting tab then skips its own. */
const REFRESHED_AT = 'codesensei.refreshed_at';

const listeners = new Set<() => void>();

/** Calls `listener` when the server no longer accepts this browser's sign-in. Returns the unsubscribe function. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function notifySignedOut(): void {
  for (const listener of [...listeners]) listener();
}

/** Sends a request. If its access token has expired, refreshes the token once and sends the request again. */
export async function withRefresh(send: () => Promise<Response>): Promise<Response> {
  const startedAt = Date.now();
  const response = await trackConnection(send);
  if (response.status !== 401) return response;
  const error = toApiError(401, await readBody(response.clone()));
  if (!isApiError(error, 'TOKEN_EXPIRED', 'UNAUTHORIZED')) return response;
  if (!(await refreshToken(startedAt))) return response;
  return trackConnection(send);
}

/** Sends a request and updates the connection state. Throws `OFFLINE` without a response. */
export async function trackConnection(send: () => Promise<Response>): Promise<Response> {
  try {
    const response = await send();
    reportOnline();
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    reportOffline();
    throw offlineError();
  }
}

/** Returns whether a valid access token exists now. A refresh by another request after `startedAt` counts. */
async function refreshToken(began: number): Promise<boolean> {
  return withRefreshLock(async () => {
    // Ignore a time in the future: the clock was set back since.
    const refreshedAt = Number(readRefreshedAt());
    if (refreshedAt >= began && refreshedAt <= Date.now()) return true;
    const response = await trackConnection(() => fetch('/api/auth/refresh', { method: 'POST' }));
    if (response.ok) {
      writeRefreshedAt();
      return true;
    }
    if (response.status === 401) {
      notifySignedOut();
      return false;
    }
    throw toApiError(response.status, await readBody(response));
  });
}

let tail: Promise<unknown> = Promise.resolve();

/** Runs `work` under a lock across tabs. Without a secure context there are no Web Locks; one tab still queues. */
function withRefreshLock<T>(work: () => Promise<T>): Promise<T> {
  if (navigator.locks !== undefined) return navigator.locks.request(LOCK, work) as Promise<T>;
  const turn = tail.then(work, work);
  tail = turn.catch(() => undefined);
  return turn;
}

function readRefreshedAt(): string | null {
  try {
    return localStorage.getItem(REFRESHED_AT);
  } catch {
    return null;
  }
}

function writeRefreshedAt(): void {
  try {
    localStorage.setItem(REFRESHED_AT, String(Date.now()));
  } catch {
    // Without storage, each tab refreshes by itself.
  }
}

async function readBody(response: Response): Promise<unknown> {
  return response.json().catch(() => undefined);
}
