/** Keeps a tab in sync with the browser's sign-in, which other tabs can end or change. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { queryKeys } from '../api/queries';
import { onSignedOut } from '../api/refresh';
import { isOnline, onConnectionChange } from '../page/connection';
import { toast } from '../ui/toast';
import { words } from '../words/shell';
import { onMarkerChange, readMarker } from './sign-in-marker';
import { cachedUser, resetUser, setSignedOut } from './user';

const TOAST_ID = 'signed-out';

/** Mount once, around all routes. */
export function useAccountWatch(): void {
  const client = useQueryClient();
  useEffect(() => {
    const stops = [
      onSignedOut(() => signInExpired(client)),
      onMarkerChange(() => followMarker(client)),
      onConnectionChange(() => refetchUser(client)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client]);
}

/** Fetches the user after a reconnect if the first request failed; the page waits for it. */
function refetchUser(client: QueryClient): void {
  const isUnknown = client.getQueryState(queryKeys.me)?.status === 'error';
  if (isOnline() && isUnknown) void client.refetchQueries({ queryKey: queryKeys.me });
}

/** Signs out after the server rejected the sign-in. Visitors were not signed in, so nothing happens for them. */
function signInExpired(client: QueryClient): void {
  if (!cachedUser(client)) return;
  setSignedOut(client, 'expired');
  toast('warning', words.accounts.signedOut, { description: words.accounts.signedOutKept, id: TOAST_ID });
}

/** Handles a sign-in, a sign-out or an expiry in another tab. */
export function followMarker(client: QueryClient): void {
  const user = cachedUser(client);
  const marker = readMarker();
  if (user === undefined || marker === undefined) return;
  if (marker.kind === 'user') {
    if (user === null) void client.invalidateQueries({ queryKey: queryKeys.me });
    else if (user.id !== marker.id) resetUser(client);
  } else if (user !== null && marker.kind === 'ended') {
    signInExpired(client);
  } else if (user !== null) {
    // The other tab cleared its data; clear the data of this tab too.
    void import('./clear-user-data').then(({ clearUserData }) => clearUserData(user.id));
    setSignedOut(client, 'signed-out');
    toast('info', words.accounts.signedOut, { description: words.accounts.signedOutElsewhere, id: TOAST_ID });
  }
}
