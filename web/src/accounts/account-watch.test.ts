/** Tests how a tab follows changes of the browser's sign-in. */
import { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, test, vi } from 'vitest';
import { queryKeys } from '../api/queries';
import { toast } from '../ui/toast';
import { words } from '../words/shell';
import { followMarker } from './account-watch';
// Loaded here because the lazy import could resolve after the last test.
import './clear-user-data';
import { readMarker, writeMarker } from './sign-in-marker';
import { cachedUser, lastSignOut, setSignedInUser, setSignedOut } from './user';

vi.mock('../ui/toast', () => ({ toast: vi.fn(), dismissToasts: vi.fn() }));

const ADA = { id: 'ada-id', name: 'Ada', username: 'ada', email: 'ada@example.com' };
const SECRET = ['session', 'one'];

let client: QueryClient;

beforeEach(() => {
  localStorage.clear();
  vi.mocked(toast).mockClear();
  client = new QueryClient();
  setSignedInUser(client, ADA);
  client.setQueryData(SECRET, 'code of ada');
});

test('signing in clears the cache of the previous user', () => {
  setSignedInUser(client, { ...ADA, id: 'eve-id' });
  expect(client.getQueryData(SECRET)).toBeUndefined();
  expect(readMarker()).toEqual({ kind: 'user', id: 'eve-id' });
});

test('signing out clears the cache and the marker', () => {
  setSignedOut(client, 'signed-out');
  expect(cachedUser(client)).toBeNull();
  expect(client.getQueryData(SECRET)).toBeUndefined();
  expect(readMarker()).toEqual({ kind: 'none' });
  expect(lastSignOut()).toEqual({ reason: 'signed-out', userId: 'ada-id' });
});

test('signs out when another tab signs out', () => {
  writeMarker({ kind: 'none' });
  followMarker(client);
  expect(cachedUser(client)).toBeNull();
  expect(lastSignOut()?.reason).toBe('signed-out');
  expect(toast).toHaveBeenCalledTimes(1);
});

test('an expired sign-in is reported with a hint about unsaved text', () => {
  writeMarker({ kind: 'ended', id: 'u1' });
  followMarker(client);
  expect(lastSignOut()?.reason).toBe('expired');
  expect(vi.mocked(toast).mock.calls[0]?.[2]?.description).toBe(words.accounts.signedOutKept);
});

test('clears the cache when another tab signs in as a different user', () => {
  writeMarker({ kind: 'user', id: 'eve-id' });
  followMarker(client);
  expect(client.getQueryData(SECRET)).toBeUndefined();
  expect(client.getQueryData(queryKeys.me)).toBeUndefined();
});

test('a marker of the same user changes nothing', () => {
  followMarker(client);
  expect(cachedUser(client)).toEqual(ADA);
  expect(client.getQueryData(SECRET)).toBe('code of ada');
  expect(toast).not.toHaveBeenCalled();
});
