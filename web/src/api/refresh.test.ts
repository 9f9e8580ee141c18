/** One refresh serves all requests, and the end of a sign-in is told once. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isApiError } from './error';
import { onSignedOut, withRefresh } from './refresh';

const expired = () => json(401, { error: { code: 'TOKEN_EXPIRED', message: 'expired' } });
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

let refreshes = 0;
let answer: () => Response;

beforeEach(() => {
  localStorage.clear();
  refreshes = 0;
  answer = () => json(200, {});
  vi.stubGlobal('fetch', async () => {
    refreshes += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return answer();
  });
});

afterEach(() => vi.unstubAllGlobals());

/** A route that refuses until there was a refresh. */
function route() {
  return vi.fn(async () => (refreshes > 0 ? json(200, { fine: true }) : expired()));
}

test('an answer that is no 401 is passed on', async () => {
  const send = vi.fn(async () => json(403, { error: { code: 'FORBIDDEN', message: '' } }));
  expect((await withRefresh(send)).status).toBe(403);
  expect(send).toHaveBeenCalledTimes(1);
  expect(refreshes).toBe(0);
});

test('ten requests with an expired token refresh it once and are all sent again', async () => {
  const sends = Array.from({ length: 10 }, route);
  const answers = await Promise.all(sends.map((send) => withRefresh(send)));
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(refreshes).toBe(1);
  for (const send of sends) expect(send).toHaveBeenCalledTimes(2);
});

test('a wrong password is not taken for an expired token', async () => {
  const send = async () => json(401, { error: { code: 'INVALID_CREDENTIALS', message: '' } });
  expect((await withRefresh(send)).status).toBe(401);
  expect(refreshes).toBe(0);
});

test('when the refresh is refused the first answer stands and the page is told', async () => {
  answer = () => json(401, { error: { code: 'REFRESH_TOKEN_INVALID', message: '' } });
  const told = vi.fn();
  const stop = onSignedOut(told);
  expect((await withRefresh(async () => expired())).status).toBe(401);
  expect(told).toHaveBeenCalledTimes(1);
  stop();
});

test('a refresh that fails for another reason ends no sign-in', async () => {
  answer = () => json(503, { error: { code: 'DATABASE_ERROR', message: '' } });
  const told = vi.fn();
  const stop = onSignedOut(told);
  const failure = await withRefresh(async () => expired()).catch((error: unknown) => error);
  expect(isApiError(failure, 'DATABASE_ERROR')).toBe(true);
  expect(told).not.toHaveBeenCalled();
  stop();
});

test('a request that finds no server is told as no connection', async () => {
  const failure = await withRefresh(() => Promise.reject(new TypeError('Failed to fetch'))).catch(
    (error: unknown) => error,
  );
  expect(isApiError(failure, 'OFFLINE')).toBe(true);
});

test('a request that was stopped stays an AbortError', async () => {
  const stopped = new DOMException('stopped', 'AbortError');
  await expect(withRefresh(() => Promise.reject(stopped))).rejects.toBe(stopped);
});

test('a refresh that a wrong clock set to a time to come hides no other', async () => {
  localStorage.setItem('codesensei.refreshed_at', String(Date.now() + 3_600_000));
  expect((await withRefresh(route())).status).toBe(200);
  expect(refreshes).toBe(1);
});
