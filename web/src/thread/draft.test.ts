/** What is typed is kept until it is stored. */
import { beforeEach, expect, test, vi } from 'vitest';

const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.resetModules();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
});

const load = () => import('./draft');

test('what is typed outlives a reload', async () => {
  (await load()).type('a', 'half a quest');
  vi.resetModules();
  expect((await load()).draft('a').text).toBe('half a quest');
});

test('a message that was not stored comes back, and is sent again under its id', async () => {
  const { draft, giveBack, send, type } = await load();
  type('a', 'Why?');
  const id = send('a', 'Why?', true);
  expect(draft('a').text).toBe('');
  giveBack('a');
  expect(draft('a').text).toBe('Why?');
  expect(send('a', 'Why?', true)).toBe(id);
});

test('another text, or a note of the same text, is another message', async () => {
  const { giveBack, send } = await load();
  const id = send('a', 'Why?', true);
  giveBack('a');
  expect(send('a', 'Why?', false)).not.toBe(id);
  expect(send('a', 'Why not?', true)).not.toBe(id);
});

test('what was typed meanwhile stands after what comes back', async () => {
  const { draft, giveBack, send, type } = await load();
  send('a', 'First.', true);
  type('a', 'Second.');
  giveBack('a');
  expect(draft('a').text).toBe('First.\n\nSecond.');
});

test('a page that was reloaded while it sent has the text and its id', async () => {
  const id = (await load()).send('a', 'Why?', true);
  vi.resetModules();
  const { draft, send } = await load();
  expect(draft('a').text).toBe('Why?');
  expect(send('a', 'Why?', true)).toBe(id);
});

test('a message that turns out to be stored leaves the field', async () => {
  const { arrived, draft, giveBack, send } = await load();
  const id = send('a', 'Why?', true);
  giveBack('a');
  arrived('a', 'another');
  expect(draft('a').text).toBe('Why?');
  arrived('a', id);
  expect(draft('a')).toMatchObject({ text: '', sent: null });
  expect(stored.size).toBe(0);
});

test('a new conversation is stored under one id, and takes what was typed along', async () => {
  const { draft, move, threadIdFor, type } = await load();
  type('new', 'Why?');
  const id = threadIdFor('new');
  expect(threadIdFor('new')).toBe(id);
  move('new', 'thread');
  expect(draft('thread')).toMatchObject({ text: 'Why?', threadId: null });
  expect(draft('new').text).toBe('');
});

test('nothing is left after signing out', async () => {
  const { draft, forgetDrafts, type } = await load();
  type('a', 'secret');
  forgetDrafts();
  expect(draft('a').text).toBe('');
});
