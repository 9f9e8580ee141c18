/** Finds a user's unsaved text outside this page: in other tabs, or stored by earlier pages. */
import { isApiError } from '../../api/error';
import { openSession } from '../session-api';
import { isWrittenHere } from './draft-autosave';
import { drafts, type Slot } from './drafts';

const TIMEOUT_MS = 3_000;

/** A session with unsaved text. The name is `null` if the server did not respond. */
export interface UnsavedSession {
  sessionId: string;
  filename: string | null;
}

/** Lists the sessions whose unsaved text a sign-out would remove. */
export async function findUnsavedSessions(userId: string): Promise<UnsavedSession[]> {
  const written = (await drafts.list({ userId })).filter(({ writer }) => !isWrittenHere(writer));
  const kept: StoredSlot[] = [
    ...written.map((slot) => ({ kind: 'draft' as const, slot })),
    ...(await drafts.backups(userId)).map((slot) => ({ kind: 'backup' as const, slot })),
  ];
  const ids = new Set(kept.map(({ slot }) => slot.sessionId));
  const ofOne = (id: string) => kept.filter(({ slot }) => slot.sessionId === id);
  return (await Promise.all([...ids].map((id) => checkSession(id, ofOne(id))))).flat();
}

interface StoredSlot {
  kind: 'draft' | 'backup';
  slot: Slot;
}

async function checkSession(sessionId: string, kept: StoredSlot[]): Promise<UnsavedSession[]> {
  const read = await Promise.all(kept.map(({ kind, slot }) => drafts.get(kind, slot)));
  const texts = read.filter((text) => text !== null);
  if (texts.length === 0) return [];
  try {
    // A page that closed during its save left a draft although the text was saved.
    const { session, code } = await Promise.race([openSession(sessionId), timeout()]);
    return texts.some(({ text }) => text !== code) ? [{ sessionId, filename: session.filename }] : [];
  } catch (error) {
    // The draft of a deleted session cannot be restored anyway.
    return isApiError(error, 'SESSION_NOT_FOUND', 'FORBIDDEN') ? [] : [{ sessionId, filename: null }];
  }
}

/** Rejects after a timeout, because the user waits for the dialog. */
function timeout(): Promise<never> {
  return new Promise((_, reject) =>
    setTimeout(() => reject(new Error('The server did not respond in time.')), TIMEOUT_MS),
  );
}
