/** What is asked about before a sign-out removes it. */
import { beforeEach, expect, test, vi } from 'vitest';
import { ApiError, offline } from '../api/error';
import { drafts } from './drafts';
import { isHere, Keeper } from './drafts/keeper';
import { openSession } from './session-api';
import type { Document } from './text/document';
import { unsavedSessions } from './unsaved';

vi.mock('./session-api', () => ({ openSession: vi.fn() }));

/** What the server has, by session. */
const saved = new Map<string, string>();

/** A page has left a text, or another tab has it. */
function leaves(sessionId: string, text: string, writer = 'another page'): Promise<boolean> {
  return drafts.put('draft', { userId: 'ada', sessionId, writer }, { text, version: 1, isQueued: false, writer });
}

beforeEach(() => {
  localStorage.clear();
  saved.clear();
  vi.mocked(openSession).mockReset();
  vi.mocked(openSession).mockImplementation(async (id) => {
    const code = saved.get(id);
    if (code === undefined) throw new ApiError(404, 'SESSION_NOT_FOUND');
    return { session: { filename: `${id}.py` }, code, threads: [], etag: null } as never;
  });
});

test('where nothing is kept, there is nothing, and the server is not asked', async () => {
  await drafts.put(
    'draft',
    { userId: 'grace', sessionId: 'one', writer: 'w' },
    { text: 'x', version: 1, isQueued: false, writer: 'w' },
  );
  expect(await unsavedSessions('ada')).toEqual([]);
  expect(openSession).not.toHaveBeenCalled();
});

test('a text that another one replaced counts, unless it is what is saved', async () => {
  saved.set('one', 'x = 1').set('two', 'y = 1');
  const backup = (sessionId: string, text: string) =>
    drafts.put('backup', { userId: 'ada', sessionId }, { text, version: 1, isQueued: false, writer: 'w' });
  await backup('one', 'x = 2');
  await backup('two', 'y = 1');
  expect(await unsavedSessions('ada')).toEqual([{ sessionId: 'one', filename: 'one.py' }]);
});

test('a server that does not answer is not waited for', async () => {
  vi.useFakeTimers();
  vi.mocked(openSession).mockReturnValue(new Promise(() => {}));
  await leaves('one', 'x = 2');
  const found = unsavedSessions('ada');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await found).toEqual([{ sessionId: 'one', filename: null }]);
  vi.useRealTimers();
});

test('each session with unsaved text is named once', async () => {
  saved.set('one', 'x = 1').set('two', 'y = 1');
  await leaves('one', 'x = 2', 'a');
  await leaves('one', 'x = 3', 'b');
  await leaves('two', 'y = 2', 'a');
  expect(await unsavedSessions('ada')).toEqual([
    { sessionId: 'one', filename: 'one.py' },
    { sessionId: 'two', filename: 'two.py' },
  ]);
});

test('a text that is what the server has is saved', async () => {
  saved.set('one', 'x = 2');
  await leaves('one', 'x = 2');
  expect(await unsavedSessions('ada')).toEqual([]);
});

test('the text of a session that was deleted does not count', async () => {
  await leaves('gone', 'x = 2');
  expect(await unsavedSessions('ada')).toEqual([]);
});

test('without an answer of the server every text counts', async () => {
  vi.mocked(openSession).mockRejectedValue(offline());
  await leaves('one', 'x = 2');
  expect(await unsavedSessions('ada')).toEqual([{ sessionId: 'one', filename: null }]);
});

test('the text of an editor on this page does not count until the editor is gone', async () => {
  saved.set('one', 'x = 1');
  const model = { onDidChangeContent: () => ({ dispose: () => undefined }) };
  const keeper = new Keeper(drafts, { userId: 'ada', sessionId: 'one' }, { model } as unknown as Document, () => {});
  await leaves('one', 'x = 2', keeper.writer);
  expect(isHere(keeper.writer)).toBe(true);
  expect(await unsavedSessions('ada')).toEqual([]);
  keeper.dispose();
  expect(await unsavedSessions('ada')).toHaveLength(1);
});
