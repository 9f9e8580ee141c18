/** One refresh of the access token for all requests in flight, of all tabs. */
import { connectionBack, connectionLost } from '../page/connection';
import { errorOf, isApiError, offline } from './error';

const LOCK = 'codesensei.refresh';
/** When the last refresh of any tab succeeded, in milliseconds. It tells a waiting tab that the work is done. */
const REFRESHED_AT = 'codesensei.refreshed_at';

const listeners = new Set<() => void>();

/** Calls back when this browser turns out to be signed out. Answers how to stop that. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells the page that no sign-in is left. */
export function signedOut(): void {
  for (const listener of [...listeners]) listener();
}

/** Sends a request; when its access token has expired, refreshes it once and sends the request again. */
export async function withRefresh(send: () => Promise<Response>): Promise<Response> {
  const began = Date.now();
  const answer = await reachable(send);
  if (answer.status !== 401) return answer;
  const error = errorOf(401, await body(answer.clone()));
  if (!isApiError(error, 'TOKEN_EXPIRED', 'UNAUTHORIZED')) return answer;
  if (!(await refreshed(began))) return answer;
  return reachable(send);
}

/** Sends a request, and tells the page whether there is a connection. Throws `OFFLINE` when no answer comes. */
export async function reachable(send: () => Promise<Response>): Promise<Response> {
  try {
    const answer = await send();
    connectionBack();
    return answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    connectionLost();
    throw offline();
  }
}

/** Whether there is a good access token now. Requests that began before another's refresh ended take that one's. */
async function refreshed(began: number): Promise<boolean> {
  return exclusively(async () => {
    // A time to come is that of a clock that was put back since, and says nothing.
    const refreshedAt = Number(remembered());
    if (refreshedAt >= began && refreshedAt <= Date.now()) return true;
    const answer = await reachable(() => fetch('/api/auth/refresh', { method: 'POST' }));
    if (answer.ok) {
      remember();
      return true;
    }
    if (answer.status === 401) {
      signedOut();
      return false;
    }
    throw errorOf(answer.status, await body(answer));
  });
}

let tail: Promise<unknown> = Promise.resolve();

/** Web Locks reach all tabs. They need a secure context, so requests of one tab also take turns without them. */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  if (navigator.locks !== undefined) return navigator.locks.request(LOCK, work) as Promise<T>;
  const turn = tail.then(work, work);
  tail = turn.catch(() => undefined);
  return turn;
}

function remembered(): string | null {
  try {
    return localStorage.getItem(REFRESHED_AT);
  } catch {
    return null;
  }
}

function remember(): void {
  try {
    localStorage.setItem(REFRESHED_AT, String(Date.now()));
  } catch {
    // Without storage each tab refreshes for itself.
  }
}

async function body(answer: Response): Promise<unknown> {
  return answer.json().catch(() => undefined);
}
