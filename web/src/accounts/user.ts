/** The signed-in user: who it is, and what is forgotten when it changes. */
import { type QueryClient, useQuery } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { isApiError } from '../api/error';
import { keys } from '../api/queries';
import { reachable } from '../api/refresh';
import type { User } from '../api/types';
import { endToasts } from '../ui/toast';
import { readMark, writeMark } from './signed-in-mark';

/** How a sign-in ended: by itself, or because the user wanted it. */
export type End = 'expired' | 'signed-out' | 'deleted';

/** The sign-in that ended last in this tab. */
let ended: { how: End; userId: string } | undefined;

export function lastEnd() {
  return ended;
}

/** The profile, or `null` for a visitor who is not signed in. */
async function readUser(client: QueryClient): Promise<User | null> {
  const user = await askForUser();
  const known = knownUser(client);
  // Another tab signed in as someone else: nothing of the user before is shown any more.
  if (user && isAnother(user, known?.id)) {
    forget(client);
    hideConversations();
  }
  if (user !== null) writeMark({ kind: 'user', id: user.id });
  return user;
}

async function askForUser(): Promise<User | null> {
  try {
    // A visitor has nothing to refresh, and refused refreshes are limited for all behind one address.
    if (readMark()?.kind === 'none') {
      const first = await api.GET('/users/me', { fetch: (request) => reachable(() => fetch(request)) });
      if (first.error?.error.code === 'UNAUTHORIZED') return null;
      if (first.data !== undefined) return first.data.user;
    }
    return (await data(api.GET('/users/me'))).user;
  } catch (error) {
    if (isApiError(error, 'UNAUTHORIZED', 'TOKEN_EXPIRED', 'REFRESH_TOKEN_INVALID')) return null;
    throw error;
  }
}

/** Who is signed in: a profile, `null` for a visitor, `undefined` while that is being asked. */
export function useUser() {
  return useQuery({
    queryKey: keys.me,
    queryFn: ({ client }) => readUser(client),
    // A tab that is looked at again after a minute asks whether it is still signed in.
    staleTime: 60_000,
    // The page that tells of a failure asks for the user too, which must not begin it all again.
    retryOnMount: false,
    refetchOnWindowFocus: ({ state }) => state.data !== null,
  });
}

/** Who is signed in as far as this tab knows. */
export function knownUser(client: QueryClient): User | null | undefined {
  return client.getQueryData<User | null>(keys.me);
}

/** Whether someone else used this tab or this browser before, as far as is known. */
function isAnother(user: User, known: string | undefined): boolean {
  const mark = readMark();
  const marked = mark === undefined || mark.kind === 'none' ? undefined : mark.id;
  const before = known ?? ended?.userId ?? marked;
  return before !== undefined && before !== user.id;
}

/** After signing in. Nothing of the user before is kept in memory. */
export function userChanged(client: QueryClient, user: User): void {
  if (isAnother(user, undefined)) hideConversations();
  ended = undefined;
  writeMark({ kind: 'user', id: user.id });
  client.setQueryData(keys.me, user);
  forget(client);
}

/** After signing out. Nothing of the user is kept in memory. */
export function userLeft(client: QueryClient, how: End): void {
  const user = knownUser(client);
  if (user) ended = { how, userId: user.id };
  writeMark(how === 'expired' && user ? { kind: 'ended', id: user.id } : { kind: 'none' });
  // A request that is under way may still answer with the user.
  void client.cancelQueries({ queryKey: keys.me });
  client.setQueryData(keys.me, null);
  forget(client);
}

/** After another tab signed in as someone else. Until it is known who that is, nothing is shown. */
export function userUnknown(client: QueryClient): void {
  ended = undefined;
  forget(client);
  hideConversations();
  void client.resetQueries({ queryKey: keys.me });
}

/** What was typed into conversations, or is being answered there, is for no other user. */
function hideConversations(): void {
  void import('./forget-user').then(({ forgetConversations }) => forgetConversations());
}

/** Forgets all answers but who is signed in, which components are watching, and what toasts told the user. */
function forget(client: QueryClient): void {
  endToasts();
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
  client.getMutationCache().clear();
}
