/** The signed-in user: who it is, and what is forgotten when it changes. */
import { type QueryClient, useQuery } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { isApiError } from '../api/error';
import { keys } from '../api/queries';
import type { Profile } from '../api/types';

/** The profile, or `null` for a visitor who is not signed in. */
async function readProfile(): Promise<Profile | null> {
  try {
    return (await data(api.GET('/users/me'))).user;
  } catch (error) {
    if (isApiError(error, 'UNAUTHORIZED', 'TOKEN_EXPIRED', 'REFRESH_TOKEN_INVALID')) return null;
    throw error;
  }
}

/** Who is signed in: a profile, `null` for a visitor, `undefined` while that is being asked. */
export function useUser() {
  return useQuery({ queryKey: keys.me, queryFn: readProfile, staleTime: 5 * 60_000 });
}

/** After signing in or out: nothing of the user before is kept in memory. */
export function userChanged(client: QueryClient, profile: Profile | null): void {
  client.clear();
  client.setQueryData(keys.me, profile);
}
