/** What is typed and not stored yet, for each conversation, kept for as long as the browser's tab is open. */
import { useSyncExternalStore } from 'react';

const PREFIX = 'codesensei.question.';

/** A message that was sent and may be stored: sent again it has the same id, and is stored once. */
interface Sent {
  id: string;
  text: string;
  ask: boolean;
}

export interface Draft {
  text: string;
  sent: Sent | null;
  /** Of a conversation that is not stored yet: the id under which it is, once. */
  threadId: string | null;
}

const EMPTY: Draft = { text: '', sent: null, threadId: null };

const known = new Map<string, Draft>();
const listeners = new Set<() => void>();

/** What is typed under a key: a thread's id, or one for a conversation that begins. */
export function draft(key: string): Draft {
  const found = known.get(key) ?? stored(key);
  known.set(key, found);
  return found;
}

function stored(key: string): Draft {
  try {
    const found = sessionStorage.getItem(PREFIX + key);
    if (found === null) return EMPTY;
    const kept = { ...EMPTY, ...(JSON.parse(found) as Partial<Draft>) };
    // The page was reloaded while it was sent: whether it arrived is not known.
    return kept.text === '' && kept.sent !== null ? { ...kept, text: kept.sent.text } : kept;
  } catch {
    return EMPTY;
  }
}

function set(key: string, next: Draft): void {
  known.set(key, next);
  try {
    if (next.text === '' && next.sent === null && next.threadId === null) sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, JSON.stringify(next));
  } catch {
    // It is kept for as long as the page is open.
  }
  for (const listener of [...listeners]) listener();
}

export function type(key: string, text: string): void {
  set(key, { ...draft(key), text });
}

/** The text goes out: the field is free, and the id is that of the last try if it was the same message. */
export function send(key: string, text: string, ask: boolean): string {
  const { sent, ...rest } = draft(key);
  const isSame = sent !== null && sent.text === text && sent.ask === ask;
  const id = isSame ? sent.id : crypto.randomUUID();
  set(key, { ...rest, text: '', sent: { id, text, ask } });
  return id;
}

/** It was not stored, as far as is known: the text is back in the field, before what was typed meanwhile. */
export function giveBack(key: string): void {
  const { text, sent, threadId } = draft(key);
  if (sent === null) return;
  set(key, { sent, threadId, text: text === '' ? sent.text : `${sent.text}\n\n${text}` });
}

/** It is stored. Text that came back into the field meanwhile is the same message, and goes. */
export function arrived(key: string, clientMessageId: string | undefined): void {
  const { text, sent, threadId } = draft(key);
  if (sent === null || sent.id !== clientMessageId) return;
  set(key, { threadId, sent: null, text: text === sent.text ? '' : text });
}

/** The id under which a new conversation is stored, however often it is tried. */
export function threadIdFor(key: string): string {
  const { threadId, ...rest } = draft(key);
  const id = threadId ?? crypto.randomUUID();
  if (threadId === null) set(key, { ...rest, threadId: id });
  return id;
}

/** The conversation is stored: what was typed for it goes on under its id. */
export function move(from: string, to: string): void {
  set(to, { ...draft(from), threadId: null });
  set(from, EMPTY);
}

export function forgetDraft(key: string): void {
  set(key, EMPTY);
}

/** Forgets all that was typed, when the user signs out. */
export function forgetDrafts(): void {
  for (const key of known.keys()) known.set(key, EMPTY);
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useDraft(key: string): Draft {
  return useSyncExternalStore(subscribe, () => draft(key));
}
