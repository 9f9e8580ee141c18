/** Removes the data of a user that this device stores outside the query cache. Loaded on demand. */
import { deleteDrafts } from '../editor/drafts/drafts';
import { clearConversations } from '../thread/clear-conversations';

/** Call after the user signs out or deletes the account. */
export function clearUserData(userId: string): void {
  deleteDrafts(userId);
  clearConversations();
}

export { clearConversations };
