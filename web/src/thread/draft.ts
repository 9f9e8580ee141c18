/** Message drafts per conversation, kept in sessionStorage. */
import { useSyncExternalStore } from 'react';

const PREFIX = 'codesensei.question.';

/** A sent message that may not be stored. Sent again with the same id, it is stored once. */
interface SentMessage {
  id: string;
  text: string;
  ask: boolean;
}

export interface Draft {
  text: string;
  sent: SentMessage | null;
  /** The client id of a thread that is not stored yet. */
  threadId: string | null;
}

const EMPTY: Draft = { text: '', sent: null, threadId: null };

const drafts = new Map<string, Draft>();
const listeners = new Set<() => void>();

/** Returns the draft of a thread id, or of the key of a new thread. */
export function getDraft(key: string): Draft {
  const found = drafts.get(key) ?? readStored(key);
  drafts.set(key, found);
  return found;
}

function readStored(key: string): Draft {
  try {
    const found = sessionStorage.getItem(PREFIX + key);
    if (found === null) return EMPTY;
    const draft = { ...EMPTY, ...(JSON.parse(found) as Partial<Draft>) };
    // The page was reloaded during sending, so the message may not be stored.
    return draft.text === '' && draft.sent !== null ? { ...draft, text: draft.sent.text } : draft;
  } catch {
    return EMPTY;
  }
}

function set(key: string, next: Draft): void {
  drafts.set(key, next);
  try {
    if (next.text === '' && next.sent === null && next.threadId === null) sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, JSON.stringify(next));
  } catch {
    // Without storage, the draft lasts as long as the page.
  }
  for (const listener of [...listeners]) listener();
}

export function setDraftText(key: string, text: string): void {
  set(key, { ...getDraft(key), text });
}

/** Moves the text from the field to `sent`. Reuses the id if the last attempt had the same message. */
export function markSent(key: string, text: string, ask: boolean): string {
  const { sent, ...rest } = getDraft(key);
  const isSame = sent !== null && sent.text === text && sent.ask === ask;
  const id = isSame ? sent.id : crypto.randomUUID();
  set(key, { ...rest, text: '', sent: { id, text, ask } });
  return id;
}

/** Restores the text of a message that was probably not stored, before newer text. */
export function restoreText(key: string): void {
  const { text, sent, threadId } = getDraft(key);
  if (sent === null) return;
  set(key, { sent, threadId, text: text === '' ? sent.text : `${sent.text}\n\n${text}` });
}

/** Marks the message as stored, and removes its restored text from the field. */
export function markStored(key: string, clientMessageId: string | undefined): void {
  const { text, sent, threadId } = getDraft(key);
  if (sent === null || sent.id !== clientMessageId) return;
  set(key, { threadId, sent: null, text: text === sent.text ? '' : text });
}

/** The client id of a new thread, the same for every attempt. */
export function threadIdFor(key: string): string {
  const { threadId, ...rest } = getDraft(key);
  const id = threadId ?? crypto.randomUUID();
  if (threadId === null) set(key, { ...rest, threadId: id });
  return id;
}

/** Moves the draft to the id of the stored thread. */
export function moveDraft(from: string, to: string): void {
  set(to, { ...getDraft(from), threadId: null });
  set(from, EMPTY);
}

export function clearDraft(key: string): void {
  set(key, EMPTY);
}

/** Deletes all drafts on a sign-out. */
export function clearDrafts(): void {
  for (const key of drafts.keys()) drafts.set(key, EMPTY);
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // Storage is off and therefore empty.
  }
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useDraft(key: string): Draft {
  return useSyncExternalStore(subscribe, () => getDraft(key));
}
