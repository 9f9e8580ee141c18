/** What a tab forgets when the sign-in of its browser changes. */
import { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, test, vi } from 'vitest';
import { keys } from '../api/queries';
import { words } from '../shell-words';
import { toast } from '../ui/toast';
import { followMark } from './account-watch';
// Loaded when it is needed, which may be after the last test.
import './forget-user';
import { readMark, writeMark } from './signed-in-mark';
import { knownUser, lastEnd, userChanged, userLeft } from './user';

vi.mock('../ui/toast', () => ({ toast: vi.fn(), endToasts: vi.fn() }));

const ADA = { id: 'ada-id', name: 'Ada', username: 'ada', email: 'ada@example.com' };
const SECRET = ['session', 'one'];

let client: QueryClient;

beforeEach(() => {
  localStorage.clear();
  vi.mocked(toast).mockClear();
  client = new QueryClient();
  userChanged(client, ADA);
  client.setQueryData(SECRET, 'code of ada');
});

test('signing in leaves nothing of the user before', () => {
  userChanged(client, { ...ADA, id: 'eve-id' });
  expect(client.getQueryData(SECRET)).toBeUndefined();
  expect(readMark()).toEqual({ kind: 'user', id: 'eve-id' });
});

test('signing out forgets what was read and takes the mark away', () => {
  userLeft(client, 'signed-out');
  expect(knownUser(client)).toBeNull();
  expect(client.getQueryData(SECRET)).toBeUndefined();
  expect(readMark()).toEqual({ kind: 'none' });
  expect(lastEnd()).toEqual({ how: 'signed-out', userId: 'ada-id' });
});

test('a tab follows a sign-out of another tab', () => {
  writeMark({ kind: 'none' });
  followMark(client);
  expect(knownUser(client)).toBeNull();
  expect(lastEnd()?.how).toBe('signed-out');
  expect(toast).toHaveBeenCalledTimes(1);
});

test('a sign-in that ended by itself is told with what is kept', () => {
  writeMark({ kind: 'ended', id: 'u1' });
  followMark(client);
  expect(lastEnd()?.how).toBe('expired');
  expect(vi.mocked(toast).mock.calls[0]?.[2]?.description).toBe(words.accounts.signedOutKept);
});

test('when another tab signed in as someone else, nothing of the first user is left', () => {
  writeMark({ kind: 'user', id: 'eve-id' });
  followMark(client);
  expect(client.getQueryData(SECRET)).toBeUndefined();
  expect(client.getQueryData(keys.me)).toBeUndefined();
});

test('the mark of the same user changes nothing', () => {
  followMark(client);
  expect(knownUser(client)).toEqual(ADA);
  expect(client.getQueryData(SECRET)).toBe('code of ada');
  expect(toast).not.toHaveBeenCalled();
});
