// @vitest-environment node
/** Tests the storage of unsaved text. */
import { beforeEach, expect, test } from 'vitest';
import { Drafts, type Slot } from './drafts';
import type { RecordStore } from './indexed-db-store';
import type { StoredRecord } from './stored-text';

const slot: Slot = { userId: 'ada', sessionId: 'one' };
const unsaved = { text: 'x = 1', version: 3, isQueued: false, writer: 'this page' };
const HOUR = 60 * 60_000;
let now = 1_000_000;
let storage: Map<string, string>;
let quota = 1_000_000;

/** A localStorage with a small quota. */
function createLocalStorage(): Storage {
  const setItem = (key: string, value: string) => {
    if (value.length > quota) throw new DOMException('full', 'QuotaExceededError');
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

class MemoryStore implements RecordStore {
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

let largeStore: MemoryStore;
let drafts: Drafts;

beforeEach(() => {
  now = 1_000_000;
  quota = 1_000_000;
  storage = new Map();
  largeStore = new MemoryStore();
  drafts = new Drafts(createLocalStorage, largeStore, () => now);
});

test('returns a stored text unchanged', async () => {
  expect(await drafts.put('draft', slot, unsaved)).toBe(true);
  expect(await drafts.get('draft', slot)).toEqual({ ...unsaved, at: now });
  expect(await drafts.get('draft', { ...slot, userId: 'grace' })).toBeNull();
});

test('compresses a large text and keeps its byte order mark', async () => {
  const text = `\uFEFF${'let x = 1; // é😀\r\n'.repeat(20_000)}`;
  await drafts.put('draft', slot, { ...unsaved, text });
  expect([...storage.values()][0]?.length).toBeLessThan(20_000);
  expect((await drafts.get('draft', slot))?.text).toBe(text);
});

test('falls back to IndexedDB and removes the older local text', async () => {
  await drafts.put('draft', slot, unsaved);
  quota = 10;
  expect(await drafts.put('draft', slot, { ...unsaved, text: 'newer' })).toBe(true);
  expect(storage.size).toBe(0);
  expect((await drafts.get('draft', slot))?.text).toBe('newer');
});

test('returns false if no storage has room', async () => {
  quota = 10;
  largeStore.isOff = true;
  expect(await drafts.put('draft', slot, unsaved)).toBe(false);
});

test('removes a text after a day', async () => {
  await drafts.put('draft', slot, unsaved);
  now += 23 * HOUR;
  expect(await drafts.get('draft', slot)).not.toBeNull();
  now += 2 * HOUR;
  expect(await drafts.get('draft', slot)).toBeNull();
  expect(storage.size).toBe(0);
});

test('the sweep removes old texts and keeps other keys', async () => {
  await drafts.put('backup', slot, unsaved);
  storage.set('codesensei.theme', 'dark');
  now += 25 * HOUR;
  drafts.sweep();
  expect([...storage.keys()]).toEqual(['codesensei.theme']);
});

test('two pages of one session store separate texts', async () => {
  const [first, second] = ['a', 'b'].map((writer) => ({ ...slot, writer })) as [Slot, Slot];
  await drafts.put('draft', first, { ...unsaved, text: 'of a' });
  quota = 10;
  await drafts.put('draft', second, { ...unsaved, text: 'of b' });
  expect(await drafts.list(slot)).toEqual([first, second]);
  await drafts.remove('draft', first);
  expect(await drafts.list(slot)).toEqual([second]);
  expect((await drafts.get('draft', second))?.text).toBe('of b');
});

test("lists a user's drafts of all sessions from both stores", async () => {
  const one = { ...slot, writer: 'a' };
  const two = { ...slot, sessionId: 'two', writer: 'b' };
  await drafts.put('draft', one, unsaved);
  await drafts.put('base', one, unsaved);
  await drafts.put('backup', slot, unsaved);
  await drafts.put('draft', { ...two, userId: 'grace' }, unsaved);
  quota = 10;
  await drafts.put('draft', two, unsaved);
  expect(await drafts.list({ userId: 'ada' })).toEqual([one, two]);
});

test("deleteAll removes a user's texts and blocks new ones until sign-in", async () => {
  const other = { ...slot, userId: 'grace' };
  await drafts.put('draft', slot, unsaved);
  await drafts.put('base', slot, unsaved);
  await drafts.put('draft', other, unsaved);
  drafts.deleteAll('ada');
  await drafts.put('draft', slot, unsaved);
  expect(drafts.putSync('draft', slot, unsaved)).toBe(false);
  expect(await drafts.get('draft', slot)).toBeNull();
  expect(await drafts.get('draft', other)).not.toBeNull();
  drafts.allowUser('ada');
  await drafts.put('draft', slot, unsaved);
  expect(await drafts.get('draft', slot)).not.toBeNull();
});

test('lists texts that wait for the connection', async () => {
  await drafts.put('draft', slot, unsaved);
  const two = { ...slot, sessionId: 'two', writer: 'a' };
  await drafts.put('draft', two, { ...unsaved, isQueued: true });
  expect(drafts.queued()).toEqual([two]);
});

test('the last of several writes wins', async () => {
  const long = 'a'.repeat(200_000);
  await Promise.all([
    drafts.put('draft', slot, { ...unsaved, text: long }),
    drafts.put('draft', slot, { ...unsaved, text: 'short' }),
  ]);
  expect((await drafts.get('draft', slot))?.text).toBe('short');
});
