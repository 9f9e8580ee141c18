/** Sends the saves of sessions that are not open any more, when there is a connection: at the start of the page and later. */
import { hashKey, type QueryClient } from '@tanstack/react-query';
import { knownUser } from '../../accounts/user';
import { isApiError } from '../../api/error';
import { keys } from '../../api/queries';
import { onConnection, online } from '../../page/connection';
import { toast } from '../../ui/toast';
import { words } from '../../words';
import { drafts, type Slot } from '../drafts';
import { isLive } from '../drafts/keeper';
import { putCode } from '../session-api';

const LOCK = 'codesensei.queued';

/** Begins, and goes on as long as the page is there. What is too old is forgotten first. */
export function sendQueued(client: QueryClient): void {
  drafts.sweep();
  const send = () => online() && void inTurn(client);
  onConnection(send);
  // Or when the user they belong to has signed in.
  client.getQueryCache().subscribe(({ type, query }) => {
    if (type === 'updated' && query.queryHash === hashKey(keys.me)) send();
  });
  send();
}

/** One tab at a time, where the browser can tell. */
async function inTurn(client: QueryClient): Promise<void> {
  if (drafts.queued().length === 0) return;
  const work = () => all(client);
  await (navigator.locks?.request(LOCK, { ifAvailable: true }, (lock) => (lock === null ? undefined : work())) ??
    work());
}

async function all(client: QueryClient): Promise<void> {
  const user = knownUser(client);
  for (const slot of drafts.queued()) {
    // What another user of this browser has not saved waits for that user.
    if (slot.userId !== user?.id) continue;
    // An editor that shows it takes care of it.
    const isOpen = window.location.pathname === pathOf(slot);
    if (!isOpen && !(await sent(client, slot))) return;
  }
}

/** Sends one. Answers whether the next one is worth a try. */
async function sent(client: QueryClient, slot: Slot): Promise<boolean> {
  const draft = await drafts.get('draft', slot);
  if (draft === null || (await isLive(draft.writer))) return true;
  try {
    const { session } = await putCode(slot.sessionId, draft.version, draft.text);
    await Promise.all([drafts.remove('draft', slot), drafts.remove('base', slot)]);
    client.removeQueries({ queryKey: keys.session(slot.sessionId) });
    void client.invalidateQueries({ queryKey: keys.sessions });
    toast('success', words.editor.sentLater, { description: words.editor.sentLaterText(session.filename) });
    return true;
  } catch (error) {
    if (isApiError(error, 'VERSION_CONFLICT')) tellConflict(slot);
    // Another user's, or one that is gone: it stays until its day is over.
    return !isApiError(error, 'OFFLINE', 'RATE_LIMIT_EXCEEDED', 'UNAUTHORIZED', 'TOKEN_EXPIRED');
  }
}

function tellConflict(slot: Slot): void {
  toast('warning', words.editor.elsewhere, {
    description: words.editor.elsewhereNext,
    action: { label: words.editor.merge, onClick: () => window.location.assign(pathOf(slot)) },
    id: slot.sessionId,
  });
}

function pathOf({ sessionId }: Slot): string {
  return `/editor/${sessionId}`;
}
