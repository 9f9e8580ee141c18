/** Tests how the page detects that the server is reachable again. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

type Connection = typeof import('./connection');

const SECOND = 1_000;
let connection: Connection;
let isOnline: boolean;
/** The times of the health checks, in seconds. */
let pollTimes: number[];
let respond: () => Promise<Response>;
let fetchMock: ReturnType<typeof vi.fn>;

const failToFetch = () => Promise.reject(new TypeError('Failed to fetch'));
const respondWith = (status: number) => () => Promise.resolve(new Response(null, { status }));

/** Sets the browser's network state. */
function setNetwork(is: boolean): void {
  isOnline = is;
  window.dispatchEvent(new Event(is ? 'online' : 'offline'));
}

const advance = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * SECOND);

beforeEach(async () => {
  vi.useFakeTimers({ now: 0 });
  isOnline = true;
  pollTimes = [];
  respond = failToFetch;
  vi.spyOn(navigator, 'onLine', 'get').mockImplementation(() => isOnline);
  fetchMock = vi.fn(() => {
    pollTimes.push(Date.now() / SECOND);
    return respond();
  });
  vi.stubGlobal('fetch', fetchMock);
  connection = await import('./connection');
});

afterEach(() => {
  connection.reportOnline();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('does not poll while requests succeed', async () => {
  connection.reportOnline();
  await advance(600);
  expect(pollTimes).toEqual([]);
  expect(connection.isOnline()).toBe(true);
});

test('polls a lost server with pauses that grow to 30 seconds', async () => {
  connection.reportOffline();
  connection.reportOffline();
  expect(connection.isOnline()).toBe(false);
  await advance(110);
  expect(pollTimes).toEqual([1, 3, 8, 18, 48, 78, 108]);
  expect(fetchMock).toHaveBeenCalledWith('/api/health', expect.objectContaining({ cache: 'no-store' }));
});

test('the first successful poll goes online and ends the polling', async () => {
  const listener = vi.fn();
  connection.onConnectionChange(listener);
  connection.reportOffline();
  await advance(2);
  respond = respondWith(200);
  await advance(2);
  expect(connection.isOnline()).toBe(true);
  expect(listener).toHaveBeenCalledTimes(2);
  await advance(600);
  expect(pollTimes).toEqual([1, 3]);
});

test('an error from a proxy does not go online', async () => {
  respond = respondWith(502);
  connection.reportOffline();
  await advance(9);
  expect(pollTimes).toEqual([1, 3, 8]);
  expect(connection.isOnline()).toBe(false);
});

test('a successful request ends the polling, including a pending poll', async () => {
  let rejectFetch: (error: Error) => void = () => undefined;
  respond = () =>
    new Promise((_, reject) => {
      rejectFetch = reject;
    });
  connection.reportOffline();
  await advance(1);
  connection.reportOnline();
  rejectFetch(new TypeError('Failed to fetch'));
  await advance(600);
  expect(pollTimes).toEqual([1]);
  expect(connection.isOnline()).toBe(true);
});

test('ignores a poll that started before the connection was lost again', async () => {
  let resolveFetch: (answer: Response) => void = () => undefined;
  respond = () =>
    new Promise((resolve) => {
      resolveFetch = resolve;
    });
  connection.reportOffline();
  await advance(1);
  connection.reportOnline();
  connection.reportOffline();
  resolveFetch(new Response(null, { status: 200 }));
  await advance(0.5);
  expect(connection.isOnline()).toBe(false);
  respond = failToFetch;
  await advance(3);
  expect(pollTimes).toEqual([1, 2, 4]);
});

test('offline browsers are polled once, then every 30 seconds', async () => {
  setNetwork(false);
  expect(connection.isOnline()).toBe(false);
  await advance(62);
  expect(pollTimes).toEqual([1, 31, 61]);
});

test('a local server is reachable without a network', async () => {
  respond = respondWith(200);
  setNetwork(false);
  await advance(1);
  expect(connection.isOnline()).toBe(true);
});

test('restarts the short pauses when the network is back', async () => {
  setNetwork(false);
  await advance(40);
  pollTimes = [];
  setNetwork(true);
  await advance(4);
  expect(pollTimes).toEqual([41, 43]);
});

// Keep this test last: the first module's listeners stay on the window.
test('polls when the page starts without a network', async () => {
  isOnline = false;
  vi.resetModules();
  connection = await import('./connection');
  expect(connection.isOnline()).toBe(false);
  await advance(1);
  expect(pollTimes).toEqual([1]);
  setNetwork(true);
  respond = respondWith(200);
  await advance(1);
  expect(connection.isOnline()).toBe(true);
});
