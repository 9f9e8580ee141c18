/** Keeps a tab in step with the sign-in of its browser, which ends or changes in other tabs too. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { keys } from '../api/queries';
import { onSignedOut } from '../api/refresh';
import { onConnection, online } from '../page/connection';
import { words } from '../shell-words';
import { toast } from '../ui/toast';
import { onMark, readMark } from './signed-in-mark';
import { knownUser, userLeft, userUnknown } from './user';

const TOAST = 'signed-out';

/** Mounted once, around all routes. */
export function useAccountWatch(): void {
  const client = useQueryClient();
  useEffect(() => {
    const stops = [
      onSignedOut(() => sessionEnded(client)),
      onMark(() => followMark(client)),
      onConnection(() => askAgain(client)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client]);
}

/** The connection is back: who is signed in may not be known yet, and a page waits for it. */
function askAgain(client: QueryClient): void {
  const isUnknown = client.getQueryState(keys.me)?.status === 'error';
  if (online() && isUnknown) void client.refetchQueries({ queryKey: keys.me });
}

/** The server refuses this browser's sign-in. Of a visitor that is nothing new. */
function sessionEnded(client: QueryClient): void {
  if (!knownUser(client)) return;
  userLeft(client, 'expired');
  toast('warning', words.accounts.signedOut, { description: words.accounts.signedOutKept, id: TOAST });
}

/** Another tab signed in, signed out, or found its sign-in ended. */
export function followMark(client: QueryClient): void {
  const user = knownUser(client);
  const mark = readMark();
  if (user === undefined || mark === undefined) return;
  if (mark.kind === 'user') {
    if (user === null) void client.invalidateQueries({ queryKey: keys.me });
    else if (user.id !== mark.id) userUnknown(client);
  } else if (user !== null && mark.kind === 'ended') {
    sessionEnded(client);
  } else if (user !== null) {
    // The other tab has done so; this one keeps nothing more either.
    void import('./forget-user').then(({ forgetUser }) => forgetUser(user.id));
    userLeft(client, 'signed-out');
    toast('info', words.accounts.signedOut, { description: words.accounts.signedOutElsewhere, id: TOAST });
  }
}
