/** Signing out: the cookies go, and everything that this device keeps of the user. */
import type { QueryClient } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { toastError } from '../page/failure';
import { forgetUser } from './forget-user';
import { type End, knownUser, userLeft } from './user';

/** Signs this browser out. When the server cannot be reached the user stays signed in, and is told. */
export async function signOut(client: QueryClient): Promise<void> {
  try {
    await data(api.POST('/auth/logout'));
  } catch (error) {
    // A retry from the toast would not ask for text that was typed meanwhile.
    toastError(error);
    return;
  }
  leave(client, 'signed-out');
}

/** The user is gone from the server, as they wanted: nothing of them stays on this device. */
export function leave(client: QueryClient, how: Exclude<End, 'expired'>): void {
  const user = knownUser(client);
  if (user) forgetUser(user.id);
  userLeft(client, how);
}
