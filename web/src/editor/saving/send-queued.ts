/** Sends queued saves of sessions that are not open, at page start and after each reconnect. */
import { hashKey, type QueryClient } from '@tanstack/react-query';
import { cachedUser } from '../../accounts/user';
import { isApiError } from '../../api/error';
import { queryKeys } from '../../api/queries';
import { isOnline, onConnectionChange } from '../../page/connection';
import { toast } from '../../ui/toast';
import { words } from '../../words';
import { isPageOpen } from '../drafts/draft-autosave';
import { drafts, type Slot } from '../drafts/drafts';
import { putCode } from '../session-api';

const LOCK = 'codesensei.queued';

/** Starts sending for the lifetime of the page. First removes drafts that are too old. */
export function sendQueued(client: QueryClient): void {
  drafts.sweep();
  const send = () => isOnline() && void sendExclusively(client);
  onConnectionChange(send);
  // Also send when the user signs in.
  client.getQueryCache().subscribe(({ type, query }) => {
    if (type === 'updated' && query.queryHash === hashKey(queryKeys.me)) send();
  });
  send();
}

/** Sends from one tab at a time if the browser supports Web Locks. */
async function sendExclusively(client: QueryClient): Promise<void> {
  if (drafts.queued().length === 0) return;
  const work = () => sendAll(client);
  await (navigator.locks?.request(LOCK, { ifAvailable: true }, (lock) => (lock === null ? undefined : work())) ??
    work());
}

async function sendAll(client: QueryClient): Promise<void> {
  const user = cachedUser(client);
  for (const slot of drafts.queued()) {
    // Drafts of other users wait for their sign-in.
    if (slot.userId !== user?.id) continue;
    // The open editor saves its own draft.
    const isOpen = window.location.pathname === editorPath(slot);
    if (!isOpen && !(await sendDraft(client, slot))) return;
  }
}

/** Sends one draft. Returns whether to continue with the next one. */
async function sendDraft(client: QueryClient, slot: Slot): Promise<boolean> {
  const draft = await drafts.get('draft', slot);
  if (draft === null || (await isPageOpen(draft.writer))) return true;
  try {
    const { session } = await putCode(slot.sessionId, draft.version, draft.text);
    await Promise.all([drafts.remove('draft', slot), drafts.remove('base', slot)]);
    client.removeQueries({ queryKey: queryKeys.session(slot.sessionId) });
    void client.invalidateQueries({ queryKey: queryKeys.sessions });
    toast('success', words.editor.sentQueued, { description: words.editor.sentQueuedText(session.filename) });
    return true;
  } catch (error) {
    if (isApiError(error, 'VERSION_CONFLICT')) toastConflict(slot);
    // A missing or foreign session: the draft stays until it expires.
    return !isApiError(error, 'OFFLINE', 'RATE_LIMIT_EXCEEDED', 'UNAUTHORIZED', 'TOKEN_EXPIRED');
  }
}

function toastConflict(slot: Slot): void {
  toast('warning', words.editor.changedElsewhere, {
    description: words.editor.changedElsewhereNext,
    action: { label: words.editor.merge, onClick: () => window.location.assign(editorPath(slot)) },
    id: slot.sessionId,
  });
}

function editorPath({ sessionId }: Slot): string {
  return `/editor/${sessionId}`;
}
