/** The text of a user that is not saved and that this page does not show: of other tabs, or left by earlier pages. */
import { isApiError } from '../api/error';
import { drafts, type Slot } from './drafts';
import { isHere } from './drafts/keeper';
import { openSession } from './session-api';

/** A session with such text. It has no name when the server cannot be asked. */
export interface UnsavedSession {
  sessionId: string;
  filename: string | null;
}

/** What a sign-out would remove, by session. */
export async function unsavedSessions(userId: string): Promise<UnsavedSession[]> {
  const slots = (await drafts.of({ userId })).filter(({ writer }) => !isHere(writer));
  const ids = new Set(slots.map(({ sessionId }) => sessionId));
  const ofOne = (id: string) => slots.filter(({ sessionId }) => sessionId === id);
  return (await Promise.all([...ids].map((id) => unsaved(id, ofOne(id))))).flat();
}

async function unsaved(sessionId: string, slots: Slot[]): Promise<UnsavedSession[]> {
  const texts = (await Promise.all(slots.map((slot) => drafts.get('draft', slot)))).filter((kept) => kept !== null);
  if (texts.length === 0) return [];
  try {
    // A page that went with its save under way has left a text that is saved.
    const { session, code } = await openSession(sessionId);
    return texts.some(({ text }) => text !== code) ? [{ sessionId, filename: session.filename }] : [];
  } catch (error) {
    // Text of a session that is gone is not found again anyway.
    return isApiError(error, 'SESSION_NOT_FOUND', 'FORBIDDEN') ? [] : [{ sessionId, filename: null }];
  }
}
