// @vitest-environment node
import { beforeEach, expect, test } from 'vitest';
import { Drafts, type Slot } from './drafts';
import type { Records } from './drafts/indexed';
import type { StoredRecord } from './drafts/record';

const slot: Slot = { userId: 'ada', sessionId: 'one' };
const kept = { text: 'x = 1', version: 3, isQueued: false, writer: 'this page' };
const HOUR = 60 * 60_000;
let now = 1_000_000;
let storage: Map<string, string>;
let room = 1_000_000;

/** localStorage with little room. */
function local(): Storage {
  const setItem = (key: string, value: string) => {
    if (value.length > room) throw new DOMException('full', 'QuotaExceededError');
    storage.set(key, value);
  };
  const methods = {
    setItem,
    getItem: (key: string) => storage.get(key) ?? null,
    removeItem: (key: string) => storage.delete(key),
  };
  return new Proxy(methods, {
    ownKeys: () => [...storage.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  }) as unknown as Storage;
}

class Memory implements Records {
  readonly records = new Map<string, StoredRecord>();
  isOff = false;
  async get(key: string) {
    return this.records.get(key);
  }
  async put(key: string, record: StoredRecord) {
    if (this.isOff) throw new Error('off');
    this.records.set(key, record);
  }
  async remove(keys: string[]) {
    for (const key of keys) this.records.delete(key);
  }
  async keys() {
    return [...this.records.keys()];
  }
  async removeOlder(than: number) {
    for (const [key, { at }] of this.records) if (at < than) this.records.delete(key);
  }
}

let large: Memory;
let drafts: Drafts;

beforeEach(() => {
  now = 1_000_000;
  room = 1_000_000;
  storage = new Map();
  large = new Memory();
  drafts = new Drafts(local, large, () => now);
});

test('a text is found again as it was', async () => {
  expect(await drafts.put('draft', slot, kept)).toBe(true);
  expect(await drafts.get('draft', slot)).toEqual({ ...kept, at: now });
  expect(await drafts.get('draft', { ...slot, userId: 'grace' })).toBeNull();
});

test('a large text is kept compressed, with its byte order mark', async () => {
  const text = `\uFEFF${'let x = 1; // é😀\r\n'.repeat(20_000)}`;
  await drafts.put('draft', slot, { ...kept, text });
  expect([...storage.values()][0]?.length).toBeLessThan(20_000);
  expect((await drafts.get('draft', slot))?.text).toBe(text);
});

test('what localStorage does not take is kept elsewhere, and an older text there is gone', async () => {
  await drafts.put('draft', slot, kept);
  room = 10;
  expect(await drafts.put('draft', slot, { ...kept, text: 'newer' })).toBe(true);
  expect(storage.size).toBe(0);
  expect((await drafts.get('draft', slot))?.text).toBe('newer');
});

test('a device without room says so', async () => {
  room = 10;
  large.isOff = true;
  expect(await drafts.put('draft', slot, kept)).toBe(false);
});

test('a text is forgotten after a day', async () => {
  await drafts.put('draft', slot, kept);
  now += 23 * HOUR;
  expect(await drafts.get('draft', slot)).not.toBeNull();
  now += 2 * HOUR;
  expect(await drafts.get('draft', slot)).toBeNull();
  expect(storage.size).toBe(0);
});

test('the sweep forgets old texts and leaves other keys alone', async () => {
  await drafts.put('backup', slot, kept);
  storage.set('codesensei.theme', 'dark');
  now += 25 * HOUR;
  drafts.sweep();
  expect([...storage.keys()]).toEqual(['codesensei.theme']);
});

test('two pages with one session keep a text each', async () => {
  const [first, second] = ['a', 'b'].map((writer) => ({ ...slot, writer })) as [Slot, Slot];
  await drafts.put('draft', first, { ...kept, text: 'of a' });
  room = 10;
  await drafts.put('draft', second, { ...kept, text: 'of b' });
  expect(await drafts.of(slot)).toEqual([first, second]);
  await drafts.remove('draft', first);
  expect(await drafts.of(slot)).toEqual([second]);
  expect((await drafts.get('draft', second))?.text).toBe('of b');
});

test('the drafts of a user are listed over all sessions, wherever they are kept', async () => {
  const one = { ...slot, writer: 'a' };
  const two = { ...slot, sessionId: 'two', writer: 'b' };
  await drafts.put('draft', one, kept);
  await drafts.put('base', one, kept);
  await drafts.put('backup', slot, kept);
  await drafts.put('draft', { ...two, userId: 'grace' }, kept);
  room = 10;
  await drafts.put('draft', two, kept);
  expect(await drafts.of({ userId: 'ada' })).toEqual([one, two]);
});

test('signing out forgets all of a user, and keeps nothing until the next sign-in', async () => {
  const other = { ...slot, userId: 'grace' };
  await drafts.put('draft', slot, kept);
  await drafts.put('base', slot, kept);
  await drafts.put('draft', other, kept);
  drafts.forget('ada');
  await drafts.put('draft', slot, kept);
  expect(drafts.putNow('draft', slot, kept)).toBe(false);
  expect(await drafts.get('draft', slot)).toBeNull();
  expect(await drafts.get('draft', other)).not.toBeNull();
  drafts.remember('ada');
  await drafts.put('draft', slot, kept);
  expect(await drafts.get('draft', slot)).not.toBeNull();
});

test('texts that wait for the connection are listed', async () => {
  await drafts.put('draft', slot, kept);
  const two = { ...slot, sessionId: 'two', writer: 'a' };
  await drafts.put('draft', two, { ...kept, isQueued: true });
  expect(drafts.queued()).toEqual([two]);
});

test('the last of several writes wins', async () => {
  const long = 'a'.repeat(200_000);
  await Promise.all([
    drafts.put('draft', slot, { ...kept, text: long }),
    drafts.put('draft', slot, { ...kept, text: 'short' }),
  ]);
  expect((await drafts.get('draft', slot))?.text).toBe('short');
});
