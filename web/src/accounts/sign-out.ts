/** Signing out: the cookies go, and everything that this device keeps of the user. */
import type { QueryClient } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { toastError } from '../page/failure';
import { userChanged } from './user';

/** Signs this browser out. When the server cannot be reached the user stays signed in, and is told. */
export async function signOut(client: QueryClient): Promise<void> {
  try {
    await data(api.POST('/auth/logout'));
  } catch (error) {
    toastError(error, () => void signOut(client));
    throw error;
  }
  userChanged(client, null);
}
