/** Clears all conversations of this tab when the user changes. */
import { clearActivities } from './activity';
import { clearDrafts } from './draft';
import { abortAllRequests } from './requests';

export function clearConversations(): void {
  abortAllRequests();
  clearActivities();
  clearDrafts();
}
