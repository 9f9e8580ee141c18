/** How the page finds out that the server can be reached again. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

type Connection = typeof import('./connection');

const SECOND = 1_000;
let connection: Connection;
let isOnline: boolean;
/** When the server was asked, in seconds. */
let asked: number[];
let answer: () => Promise<Response>;
let fetched: ReturnType<typeof vi.fn>;

const lost = () => Promise.reject(new TypeError('Failed to fetch'));
const answers = (status: number) => () => Promise.resolve(new Response(null, { status }));

/** The browser says that there is a network, or none. */
function network(is: boolean): void {
  isOnline = is;
  window.dispatchEvent(new Event(is ? 'online' : 'offline'));
}

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * SECOND);

beforeEach(async () => {
  vi.useFakeTimers({ now: 0 });
  isOnline = true;
  asked = [];
  answer = lost;
  vi.spyOn(navigator, 'onLine', 'get').mockImplementation(() => isOnline);
  fetched = vi.fn(() => {
    asked.push(Date.now() / SECOND);
    return answer();
  });
  vi.stubGlobal('fetch', fetched);
  connection = await import('./connection');
});

afterEach(() => {
  connection.connectionBack();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('nothing is asked as long as requests are answered', async () => {
  connection.connectionBack();
  await pass(600);
  expect(asked).toEqual([]);
  expect(connection.online()).toBe(true);
});

test('a lost server is asked again, after pauses that grow to half a minute', async () => {
  connection.connectionLost();
  connection.connectionLost();
  expect(connection.online()).toBe(false);
  await pass(110);
  expect(asked).toEqual([1, 3, 8, 18, 48, 78, 108]);
  expect(fetched).toHaveBeenCalledWith('/api/health', expect.objectContaining({ cache: 'no-store' }));
});

test('the first good answer says that it is back, and ends the questions', async () => {
  const told = vi.fn();
  connection.onConnection(told);
  connection.connectionLost();
  await pass(2);
  answer = answers(200);
  await pass(2);
  expect(connection.online()).toBe(true);
  expect(told).toHaveBeenCalledTimes(2);
  await pass(600);
  expect(asked).toEqual([1, 3]);
});

test('an error of a proxy before the server does not say that it is back', async () => {
  answer = answers(502);
  connection.connectionLost();
  await pass(9);
  expect(asked).toEqual([1, 3, 8]);
  expect(connection.online()).toBe(false);
});

test('a request that was answered ends the questions, also one that is under way', async () => {
  let fail: (error: Error) => void = () => undefined;
  answer = () =>
    new Promise((_, reject) => {
      fail = reject;
    });
  connection.connectionLost();
  await pass(1);
  connection.connectionBack();
  fail(new TypeError('Failed to fetch'));
  await pass(600);
  expect(asked).toEqual([1]);
  expect(connection.online()).toBe(true);
});

test('a question from before the connection was lost again says nothing about it', async () => {
  let arrive: (answer: Response) => void = () => undefined;
  answer = () =>
    new Promise((resolve) => {
      arrive = resolve;
    });
  connection.connectionLost();
  await pass(1);
  connection.connectionBack();
  connection.connectionLost();
  arrive(new Response(null, { status: 200 }));
  await pass(0.5);
  expect(connection.online()).toBe(false);
  answer = lost;
  await pass(3);
  expect(asked).toEqual([1, 2, 4]);
});

test('a browser without a network is doubted once, then believed for half a minute', async () => {
  network(false);
  expect(connection.online()).toBe(false);
  await pass(62);
  expect(asked).toEqual([1, 31, 61]);
});

test('a server on this machine needs no network', async () => {
  answer = answers(200);
  network(false);
  await pass(1);
  expect(connection.online()).toBe(true);
});

test('when the network is back the server is asked as soon as if it had just been lost', async () => {
  network(false);
  await pass(40);
  asked = [];
  network(true);
  await pass(4);
  expect(asked).toEqual([41, 43]);
});

// The last one: what the module before listens to stays on the window.
test('a page that begins without a network asks, too', async () => {
  isOnline = false;
  vi.resetModules();
  connection = await import('./connection');
  expect(connection.online()).toBe(false);
  await pass(1);
  expect(asked).toEqual([1]);
  network(true);
  answer = answers(200);
  await pass(1);
  expect(connection.online()).toBe(true);
});
