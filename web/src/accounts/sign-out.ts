/** Signs out: removes the cookies and all data of the user on this device. */
import type { QueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../api/client';
import { toastError } from '../page/error-notice';
import { clearUserData } from './clear-user-data';
import { cachedUser, type SignOutReason, setSignedOut } from './user';

/** Signs this browser out. If the server cannot be reached, the user stays signed in and sees an error. */
export async function signOut(client: QueryClient): Promise<void> {
  try {
    await unwrap(api.POST('/auth/logout'));
  } catch (error) {
    // The toast has no retry: it would not ask about text that was typed in the meantime.
    toastError(error);
    return;
  }
  clearSignIn(client, 'signed-out');
}

/** Removes all data of the user from this device, after the server ended the sign-in. */
export function clearSignIn(client: QueryClient, reason: Exclude<SignOutReason, 'expired'>): void {
  const user = cachedUser(client);
  if (user) clearUserData(user.id);
  setSignedOut(client, reason);
}
