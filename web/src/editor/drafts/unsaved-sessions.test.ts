/** Tests which sessions have unsaved text before a sign-out. */
import { beforeEach, expect, test, vi } from 'vitest';
import { ApiError, offlineError } from '../../api/error';
import { openSession } from '../session-api';
import type { TextDocument } from '../text/text-document';
import { DraftAutosave, isWrittenHere } from './draft-autosave';
import { drafts } from './drafts';
import { findUnsavedSessions } from './unsaved-sessions';

vi.mock('../session-api', () => ({ openSession: vi.fn() }));

/** The saved code by session. */
const savedCode = new Map<string, string>();

/** Stores a draft of another page. */
function storeDraft(sessionId: string, text: string, writer = 'another page'): Promise<boolean> {
  return drafts.put('draft', { userId: 'ada', sessionId, writer }, { text, version: 1, isQueued: false, writer });
}

beforeEach(() => {
  localStorage.clear();
  savedCode.clear();
  vi.mocked(openSession).mockReset();
  vi.mocked(openSession).mockImplementation(async (id) => {
    const code = savedCode.get(id);
    if (code === undefined) throw new ApiError(404, 'SESSION_NOT_FOUND');
    return { session: { filename: `${id}.py` }, code, threads: [], etag: null } as never;
  });
});

test('returns nothing and does not ask the server without stored text', async () => {
  await drafts.put(
    'draft',
    { userId: 'grace', sessionId: 'one', writer: 'w' },
    { text: 'x', version: 1, isQueued: false, writer: 'w' },
  );
  expect(await findUnsavedSessions('ada')).toEqual([]);
  expect(openSession).not.toHaveBeenCalled();
});

test('counts a backup unless it equals the saved code', async () => {
  savedCode.set('one', 'x = 1').set('two', 'y = 1');
  const backup = (sessionId: string, text: string) =>
    drafts.put('backup', { userId: 'ada', sessionId }, { text, version: 1, isQueued: false, writer: 'w' });
  await backup('one', 'x = 2');
  await backup('two', 'y = 1');
  expect(await findUnsavedSessions('ada')).toEqual([{ sessionId: 'one', filename: 'one.py' }]);
});

test('does not wait for a server that does not respond', async () => {
  vi.useFakeTimers();
  vi.mocked(openSession).mockReturnValue(new Promise(() => {}));
  await storeDraft('one', 'x = 2');
  const found = findUnsavedSessions('ada');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await found).toEqual([{ sessionId: 'one', filename: null }]);
  vi.useRealTimers();
});

test('lists each session with unsaved text once', async () => {
  savedCode.set('one', 'x = 1').set('two', 'y = 1');
  await storeDraft('one', 'x = 2', 'a');
  await storeDraft('one', 'x = 3', 'b');
  await storeDraft('two', 'y = 2', 'a');
  expect(await findUnsavedSessions('ada')).toEqual([
    { sessionId: 'one', filename: 'one.py' },
    { sessionId: 'two', filename: 'two.py' },
  ]);
});

test('a draft that equals the saved code is saved', async () => {
  savedCode.set('one', 'x = 2');
  await storeDraft('one', 'x = 2');
  expect(await findUnsavedSessions('ada')).toEqual([]);
});

test('ignores the draft of a deleted session', async () => {
  await storeDraft('gone', 'x = 2');
  expect(await findUnsavedSessions('ada')).toEqual([]);
});

test('counts every draft if the server cannot be reached', async () => {
  vi.mocked(openSession).mockRejectedValue(offlineError());
  await storeDraft('one', 'x = 2');
  expect(await findUnsavedSessions('ada')).toEqual([{ sessionId: 'one', filename: null }]);
});

test('ignores the draft of an open editor until it is disposed', async () => {
  savedCode.set('one', 'x = 1');
  const model = { onDidChangeContent: () => ({ dispose: () => undefined }) };
  const keeper = new DraftAutosave(
    drafts,
    { userId: 'ada', sessionId: 'one' },
    { model } as unknown as TextDocument,
    () => {},
  );
  await storeDraft('one', 'x = 2', keeper.writer);
  expect(isWrittenHere(keeper.writer)).toBe(true);
  expect(await findUnsavedSessions('ada')).toEqual([]);
  keeper.dispose();
  expect(await findUnsavedSessions('ada')).toHaveLength(1);
});
