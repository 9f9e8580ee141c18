/** The text of a user that is not saved and that this page does not show: of other tabs, or left by earlier pages. */
import { isApiError } from '../api/error';
import { drafts, type Slot } from './drafts';
import { isHere } from './drafts/keeper';
import { openSession } from './session-api';

const PATIENCE = 3_000;

/** A session with such text. It has no name when the server cannot be asked. */
export interface UnsavedSession {
  sessionId: string;
  filename: string | null;
}

/** What a sign-out would remove, by session. */
export async function unsavedSessions(userId: string): Promise<UnsavedSession[]> {
  const written = (await drafts.of({ userId })).filter(({ writer }) => !isHere(writer));
  const kept: Kept[] = [
    ...written.map((slot) => ({ kind: 'draft' as const, slot })),
    ...(await drafts.backups(userId)).map((slot) => ({ kind: 'backup' as const, slot })),
  ];
  const ids = new Set(kept.map(({ slot }) => slot.sessionId));
  const ofOne = (id: string) => kept.filter(({ slot }) => slot.sessionId === id);
  return (await Promise.all([...ids].map((id) => unsaved(id, ofOne(id))))).flat();
}

/** A text in this browser's storage: not saved, or replaced by another one and to be restored. */
interface Kept {
  kind: 'draft' | 'backup';
  slot: Slot;
}

async function unsaved(sessionId: string, kept: Kept[]): Promise<UnsavedSession[]> {
  const read = await Promise.all(kept.map(({ kind, slot }) => drafts.get(kind, slot)));
  const texts = read.filter((text) => text !== null);
  if (texts.length === 0) return [];
  try {
    // A page that went with its save under way has left a text that is saved.
    const { session, code } = await Promise.race([openSession(sessionId), late()]);
    return texts.some(({ text }) => text !== code) ? [{ sessionId, filename: session.filename }] : [];
  } catch (error) {
    // Text of a session that is gone is not found again anyway.
    return isApiError(error, 'SESSION_NOT_FOUND', 'FORBIDDEN') ? [] : [{ sessionId, filename: null }];
  }
}

/** The user waits for the question. A server that does not answer soon is not asked any longer. */
function late(): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error('The server was late.')), PATIENCE));
}
