/** The signed-in user, and the cleanup when the user changes. */
import { type QueryClient, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../api/client';
import { isApiError } from '../api/error';
import { queryKeys } from '../api/queries';
import { trackConnection } from '../api/refresh';
import type { User } from '../api/types';
import { dismissToasts } from '../ui/toast';
import { readMarker, writeMarker } from './sign-in-marker';

/** Why a sign-in ended: it expired, or the user ended it. */
export type SignOutReason = 'expired' | 'signed-out' | 'deleted';

/** The last sign-in of this tab that ended. */
let lastSignOutRecord: { reason: SignOutReason; userId: string } | undefined;

export function lastSignOut() {
  return lastSignOutRecord;
}

/** Fetches the profile; `null` for a visitor. */
async function readUser(client: QueryClient): Promise<User | null> {
  const user = await fetchUser();
  const cached = cachedUser(client);
  // Another tab signed in as a different user: show nothing of the previous user.
  if (user && isDifferentUser(user, cached?.id)) {
    clearCache(client);
    clearThreads();
  }
  if (user !== null) writeMarker({ kind: 'user', id: user.id });
  return user;
}

async function fetchUser(): Promise<User | null> {
  try {
    // A visitor has no token to refresh, and failed refreshes are rate-limited per address.
    if (readMarker()?.kind === 'none') {
      const first = await api.GET('/users/me', { fetch: (request) => trackConnection(() => fetch(request)) });
      if (first.error?.error.code === 'UNAUTHORIZED') return null;
      if (first.data !== undefined) return first.data.user;
    }
    return (await unwrap(api.GET('/users/me'))).user;
  } catch (error) {
    if (isApiError(error, 'UNAUTHORIZED', 'TOKEN_EXPIRED', 'REFRESH_TOKEN_INVALID')) return null;
    throw error;
  }
}

/** The signed-in user: `null` for a visitor, `undefined` while loading. */
export function useUser() {
  return useQuery({
    queryKey: queryKeys.me,
    queryFn: ({ client }) => readUser(client),
    // A tab that gains the focus after a minute checks its sign-in again.
    staleTime: 60_000,
    // The error page uses this query too and must not restart it.
    retryOnMount: false,
    refetchOnWindowFocus: ({ state }) => state.data !== null,
  });
}

/** The cached user of this tab. */
export function cachedUser(client: QueryClient): User | null | undefined {
  return client.getQueryData<User | null>(queryKeys.me);
}

/** Whether the previous user of this tab or browser, if known, is a different one. */
function isDifferentUser(user: User, previousId: string | undefined): boolean {
  const marker = readMarker();
  const markerId = marker === undefined || marker.kind === 'none' ? undefined : marker.id;
  const previous = previousId ?? lastSignOutRecord?.userId ?? markerId;
  return previous !== undefined && previous !== user.id;
}

/** Call after a sign-in. Clears the previous user's data from memory. */
export function setSignedInUser(client: QueryClient, user: User): void {
  if (isDifferentUser(user, undefined)) clearThreads();
  lastSignOutRecord = undefined;
  writeMarker({ kind: 'user', id: user.id });
  client.setQueryData(queryKeys.me, user);
  clearCache(client);
}

/** Call after a sign-out. Clears the user's data from memory. */
export function setSignedOut(client: QueryClient, reason: SignOutReason): void {
  const user = cachedUser(client);
  if (user) lastSignOutRecord = { reason, userId: user.id };
  writeMarker(reason === 'expired' && user ? { kind: 'ended', id: user.id } : { kind: 'none' });
  // A pending request could still return the user.
  void client.cancelQueries({ queryKey: queryKeys.me });
  client.setQueryData(queryKeys.me, null);
  clearCache(client);
}

/** Call after another tab signed in as a different user. Shows nothing until the new user is loaded. */
export function resetUser(client: QueryClient): void {
  lastSignOutRecord = undefined;
  clearCache(client);
  clearThreads();
  void client.resetQueries({ queryKey: queryKeys.me });
}

/** Clears drafts and pending answers of conversations, which belong to the previous user. */
function clearThreads(): void {
  void import('./clear-user-data').then(({ clearConversations }) => clearConversations());
}

/** Clears the cache, except for the watched user query, and dismisses all toasts. */
function clearCache(client: QueryClient): void {
  dismissToasts();
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== queryKeys.me[0] });
  client.getMutationCache().clear();
}
