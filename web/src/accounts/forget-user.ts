/** What this device keeps of a user outside of the cache, forgotten. Not part of the first paint. */
import { forgetDrafts } from '../editor/drafts';
import { forgetConversations } from '../thread/forget';

/** After a sign-out on purpose. */
export function forgetUser(userId: string): void {
  forgetDrafts(userId);
  forgetConversations();
}

export { forgetConversations };
