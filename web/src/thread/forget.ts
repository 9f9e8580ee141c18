/** Signing out: nothing of a conversation is left in this tab. */
import { forgetActivities } from './activity';
import { forgetDrafts } from './draft';
import { interruptAll } from './running';

export function forgetConversations(): void {
  interruptAll();
  forgetActivities();
  forgetDrafts();
}
