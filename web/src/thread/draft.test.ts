/** Tests message drafts. */
import { beforeEach, expect, test, vi } from 'vitest';

const storage = new Map<string, string>();

beforeEach(() => {
  storage.clear();
  vi.resetModules();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => storage.set(key, value),
    removeItem: (key: string) => storage.delete(key),
  });
});

const loadModule = () => import('./draft');

test('a draft survives a reload', async () => {
  (await loadModule()).setDraftText('a', 'half a quest');
  vi.resetModules();
  expect((await loadModule()).getDraft('a').text).toBe('half a quest');
});

test('a restored message is sent again with the same id', async () => {
  const { getDraft, restoreText, markSent, setDraftText } = await loadModule();
  setDraftText('a', 'Why?');
  const id = markSent('a', 'Why?', true);
  expect(getDraft('a').text).toBe('');
  restoreText('a');
  expect(getDraft('a').text).toBe('Why?');
  expect(markSent('a', 'Why?', true)).toBe(id);
});

test('a different text, or a note instead of a question, gets a new id', async () => {
  const { restoreText, markSent } = await loadModule();
  const id = markSent('a', 'Why?', true);
  restoreText('a');
  expect(markSent('a', 'Why?', false)).not.toBe(id);
  expect(markSent('a', 'Why not?', true)).not.toBe(id);
});

test('appends newer text to a restored message', async () => {
  const { getDraft, restoreText, markSent, setDraftText } = await loadModule();
  markSent('a', 'First.', true);
  setDraftText('a', 'Second.');
  restoreText('a');
  expect(getDraft('a').text).toBe('First.\n\nSecond.');
});

test('restores the text and its id after a reload during sending', async () => {
  const id = (await loadModule()).markSent('a', 'Why?', true);
  vi.resetModules();
  const { getDraft, markSent } = await loadModule();
  expect(getDraft('a').text).toBe('Why?');
  expect(markSent('a', 'Why?', true)).toBe(id);
});

test('clears the field if the message turns out to be stored', async () => {
  const { markStored, getDraft, restoreText, markSent } = await loadModule();
  const id = markSent('a', 'Why?', true);
  restoreText('a');
  markStored('a', 'another');
  expect(getDraft('a').text).toBe('Why?');
  markStored('a', id);
  expect(getDraft('a')).toMatchObject({ text: '', sent: null });
  expect(storage.size).toBe(0);
});

test('a new thread keeps its id and moves its draft', async () => {
  const { getDraft, moveDraft, threadIdFor, setDraftText } = await loadModule();
  setDraftText('new', 'Why?');
  const id = threadIdFor('new');
  expect(threadIdFor('new')).toBe(id);
  moveDraft('new', 'thread');
  expect(getDraft('thread')).toMatchObject({ text: 'Why?', threadId: null });
  expect(getDraft('new').text).toBe('');
});

test('clearDrafts removes all drafts', async () => {
  const { getDraft, clearDrafts, setDraftText } = await loadModule();
  setDraftText('a', 'secret');
  clearDrafts();
  expect(getDraft('a').text).toBe('');
});
