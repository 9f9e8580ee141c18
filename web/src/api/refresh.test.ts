/** Tests the token refresh and the sign-out notification. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isApiError } from './error';
import { onSignedOut, withRefresh } from './refresh';

const expired = () => json(401, { error: { code: 'TOKEN_EXPIRED', message: 'expired' } });
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

let refreshes = 0;
let respond: () => Response;

beforeEach(() => {
  localStorage.clear();
  refreshes = 0;
  respond = () => json(200, {});
  vi.stubGlobal('fetch', async () => {
    refreshes += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return respond();
  });
});

afterEach(() => vi.unstubAllGlobals());

/** A request that fails with 401 until the token is refreshed. */
function createSend() {
  return vi.fn(async () => (refreshes > 0 ? json(200, { fine: true }) : expired()));
}

test('passes on a response other than 401', async () => {
  const send = vi.fn(async () => json(403, { error: { code: 'FORBIDDEN', message: '' } }));
  expect((await withRefresh(send)).status).toBe(403);
  expect(send).toHaveBeenCalledTimes(1);
  expect(refreshes).toBe(0);
});

test('refreshes once for ten requests with an expired token and repeats all', async () => {
  const sends = Array.from({ length: 10 }, createSend);
  const answers = await Promise.all(sends.map((send) => withRefresh(send)));
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(refreshes).toBe(1);
  for (const send of sends) expect(send).toHaveBeenCalledTimes(2);
});

test('does not refresh after a wrong password', async () => {
  const send = async () => json(401, { error: { code: 'INVALID_CREDENTIALS', message: '' } });
  expect((await withRefresh(send)).status).toBe(401);
  expect(refreshes).toBe(0);
});

test('a refused refresh returns the first response and notifies listeners', async () => {
  respond = () => json(401, { error: { code: 'REFRESH_TOKEN_INVALID', message: '' } });
  const listener = vi.fn();
  const stop = onSignedOut(listener);
  expect((await withRefresh(async () => expired())).status).toBe(401);
  expect(listener).toHaveBeenCalledTimes(1);
  stop();
});

test('a refresh that fails for another reason does not sign out', async () => {
  respond = () => json(503, { error: { code: 'DATABASE_ERROR', message: '' } });
  const listener = vi.fn();
  const stop = onSignedOut(listener);
  const failure = await withRefresh(async () => expired()).catch((error: unknown) => error);
  expect(isApiError(failure, 'DATABASE_ERROR')).toBe(true);
  expect(listener).not.toHaveBeenCalled();
  stop();
});

test('a request without a response throws OFFLINE', async () => {
  const failure = await withRefresh(() => Promise.reject(new TypeError('Failed to fetch'))).catch(
    (error: unknown) => error,
  );
  expect(isApiError(failure, 'OFFLINE')).toBe(true);
});

test('an aborted request throws its AbortError', async () => {
  const stopped = new DOMException('stopped', 'AbortError');
  await expect(withRefresh(() => Promise.reject(stopped))).rejects.toBe(stopped);
});

test('ignores a refresh time in the future', async () => {
  localStorage.setItem('codesensei.refreshed_at', String(Date.now() + 3_600_000));
  expect((await withRefresh(createSend())).status).toBe(200);
  expect(refreshes).toBe(1);
});
