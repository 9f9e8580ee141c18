/** Asking: what is unsaved is saved, a new conversation is stored, the message is sent, and its answer is followed. */
import type { QueryClient } from '@tanstack/react-query';
import { flushSync } from 'react-dom';
import { ApiError, isApiError, offline } from '../api/error';
import { keys } from '../api/queries';
import { postStream } from '../api/stream';
import type { MessageEvent, Thread, UserMessage } from '../api/types';
import type { EditorController } from '../editor/controller';
import { toastError, told } from '../page/failure';
import { words } from '../words';
import { activity, change, changeExchange, forgetActivity, moveActivity } from './activity';
import { arrived, draft, forgetDraft, giveBack, move, send, threadIdFor, type } from './draft';
import { spoken } from './excerpt';
import { after, begun, begunAgain, eventOf, isAccepted, type Said, type Wait } from './exchange';
import { changeThread, isQuestion, putMessages, readMessage, refreshThread, toldLast } from './messages';
import { keyOf, type OpenThread } from './open-thread';
import { openThread, selectionOf } from './opening';
import { alive, isInterruption, started, waitUntil } from './running';

/** A limit that holds longer than a person waits is told, and not waited for. */
const PATIENCE_MS = 120_000;

/** What asking needs of the page. */
export interface Desk {
  client: QueryClient;
  editor: EditorController;
  open: OpenThread;
  onOpened: (thread: Thread) => void;
}

/** Sends what was typed. Until it is stored it comes back into the field when something is in its way. */
export async function say(desk: Desk, said: Said): Promise<void> {
  let key = keyOf(desk.open, desk.editor.sessionId);
  if (activity(key).exchange !== null) return;
  send(key, said.text, said.ask);
  change(key, { exchange: begun(said, 'sending'), problem: null, announcement: '' });
  try {
    const needsLines = desk.open.kind === 'new' && desk.open.selection !== null;
    if ((said.ask || needsLines) && !(await saveFirst(desk, key))) return;
    key = await opened(desk, key);
    await sent(desk, key, said);
  } catch (error) {
    refused(desk, key, said, error);
  }
}

/** Asks a stored question again that has no answer. It keeps its place. */
export async function askAgain(desk: Desk, question: UserMessage): Promise<void> {
  const key = question.thread_id;
  if (activity(key).exchange !== null) return;
  const { [question.message_id]: _, ...failures } = activity(key).failures;
  change(key, { exchange: begunAgain(question), problem: null, failures, announcement: '' });
  try {
    if (!(await saveFirst(desk, key))) return;
    await follow(desk.client, key, `/threads/${key}/messages/${question.message_id}/retry`, {});
  } catch (error) {
    if (isInterruption(error)) return;
    const wait = worthWaiting(error);
    if (wait === null) await ended(desk.client, key, question, error);
    else pause(key, wait, () => askAgain(desk, question));
  }
}

/** Goes on in a new conversation on the same lines, since this one is full. */
export async function sayAnew(desk: Desk, thread: Thread, said: Said): Promise<void> {
  const key = thread.thread_id;
  try {
    const id = threadIdFor(key);
    const next = await openThread(desk.client, desk.editor.sessionId, selectionOf(thread), id);
    forgetDraft(key);
    change(key, { problem: null });
    type(next.thread_id, said.text);
    desk.onOpened(next);
    await say({ ...desk, open: { kind: 'thread', threadId: next.thread_id } }, said);
  } catch (error) {
    change(key, { problem: { kind: 'error', error, ask: said.ask } });
  }
}

/** Saves what is unsaved. Whether the question can go on. */
async function saveFirst({ editor }: Desk, key: string): Promise<boolean> {
  if (!editor.isDirty()) return true;
  changeExchange(key, (exchange) => ({ ...exchange, phase: 'saving' }));
  const saved = await editor.save();
  if (saved.kind === 'held') {
    giveBack(key);
    change(key, { exchange: null, problem: { kind: 'held' } });
    return false;
  }
  const savedVersion = saved.kind === 'saved' ? saved.session.version_number : null;
  changeExchange(key, (exchange) => ({ ...exchange, savedVersion, phase: 'sending' }));
  return true;
}

/** The id of the conversation, which is stored first if it is new. */
async function opened({ client, editor, open, onOpened }: Desk, key: string): Promise<string> {
  if (open.kind === 'thread') return key;
  changeExchange(key, (exchange) => ({ ...exchange, phase: 'opening' }));
  const thread = await openThread(client, editor.sessionId, open.selection, threadIdFor(key));
  move(key, thread.thread_id);
  moveActivity(key, thread.thread_id);
  // The panel shows the stored conversation before the other key is empty.
  flushSync(() => onOpened(thread));
  forgetActivity(key);
  return thread.thread_id;
}

async function sent({ client, editor }: Desk, key: string, { text, ask }: Said): Promise<void> {
  changeExchange(key, (exchange) => ({ ...exchange, phase: 'sending', wait: null }));
  const id = draft(key).sent?.id ?? crypto.randomUUID();
  const version = ask ? { version_number: editor.version() } : {};
  const body = { content: text, ask, client_message_id: id, ...version };
  try {
    await follow(client, key, `/threads/${key}/messages`, body);
  } catch (error) {
    const { exchange } = activity(key);
    if (exchange === null || !isAccepted(exchange) || exchange.question === null) throw error;
    await ended(client, key, exchange.question, error);
  }
}

/** Follows an answer while it is written. */
async function follow(client: QueryClient, key: string, path: string, body: object): Promise<void> {
  for await (const event of alive(started(key), (signal) => postStream(path, body, signal))) {
    const happened = eventOf(event);
    changeExchange(key, (exchange) => after(exchange, happened));
    if (happened.event === 'accepted') accepted(client, key, happened.data);
    if (happened.event === 'done') {
      await settled(client, key, happened.data);
      return;
    }
  }
  throw offline();
}

type Data<Name extends MessageEvent['event']> = Extract<MessageEvent, { event: Name }>['data'];

function accepted(client: QueryClient, key: string, { message, replayed }: Data<'accepted'>): void {
  const isNew = !replayed && message.client_message_id === draft(key).sent?.id;
  arrived(key, message.client_message_id);
  noteSaved(key, message);
  void putMessages(client, key, message);
  changeThread(client, key, (thread) => toldLast(thread, message, isNew));
}

async function settled(client: QueryClient, key: string, { message, reply }: Data<'done'>): Promise<void> {
  arrived(key, message.client_message_id);
  noteSaved(key, message);
  await putMessages(client, key, message, ...(reply === undefined ? [] : [reply]));
  const announcement =
    reply === undefined ? words.thread.stored(message) : words.thread.answered(spoken(reply.content));
  change(key, { exchange: null, announcement });
  await refreshThread(client, key);
}

function noteSaved(key: string, { message_id }: UserMessage): void {
  const { exchange, saved } = activity(key);
  if (exchange?.savedVersion == null) return;
  change(key, { saved: { ...saved, [message_id]: exchange.savedVersion } });
}

/** A stored question whose answer did not come. What the server knows of it counts; a broken connection says nothing. */
async function ended(client: QueryClient, key: string, question: UserMessage, error: unknown): Promise<void> {
  if (isInterruption(error)) return;
  const { exchange, failures } = activity(key);
  const wasAccepted = exchange !== null && isAccepted(exchange);
  const isOpen = isApiError(error, 'REQUEST_IN_PROGRESS') || (isApiError(error, 'OFFLINE') && wasAccepted);
  const now: UserMessage = isOpen ? { ...question, reply_state: 'pending' } : failedWith(question, error);
  const read = isOpen ? null : await readMessage(key, question.message_id).catch(() => null);
  if (read !== null && isQuestion(read) && read.reply_state === 'answered') {
    await client.invalidateQueries({ queryKey: keys.messages(key) });
  } else {
    await putMessages(client, key, read ?? now);
  }
  const failed = isApiError(error) && !isOpen ? { ...failures, [question.message_id]: error } : failures;
  change(key, { exchange: null, failures: failed, announcement: isOpen ? '' : told(error).title });
  await refreshThread(client, key);
}

function failedWith(question: UserMessage, error: unknown): UserMessage {
  const known = isApiError(error) && error.code !== 'OFFLINE' && error.code !== 'UNKNOWN' ? error.code : null;
  return known === null ? question : { ...question, reply_state: 'failed', reply_error: known };
}

/** A message that was not stored, as far as is known. */
function refused(desk: Desk, key: string, said: Said, error: unknown): void {
  if (isInterruption(error)) return;
  const wait = worthWaiting(error);
  const stored = isApiError(error) ? error.body.message_id : undefined;
  if (stored !== undefined) foundStored(desk.client, key, stored, error);
  else if (wait !== null) pause(key, wait, () => resumed(desk, key, said));
  else keepInField(desk, key, said, error);
}

function keepInField({ editor }: Desk, key: string, { ask }: Said, error: unknown): void {
  giveBack(key);
  const hasChanged = isApiError(error, 'VERSION_CONFLICT');
  change(key, { exchange: null, problem: hasChanged ? { kind: 'changed' } : { kind: 'error', error, ask } });
  if (hasChanged) editor.reload().catch((failure: unknown) => toastError(failure));
}

/** The message that waited is sent. */
async function resumed(desk: Desk, key: string, said: Said): Promise<void> {
  const isOpened = key !== keyOf(desk.open, desk.editor.sessionId);
  const open: OpenThread = isOpened ? { kind: 'thread', threadId: key } : desk.open;
  try {
    const id = await opened({ ...desk, open }, key);
    await sent(desk, id, said);
  } catch (error) {
    refused(desk, key, said, error);
  }
}

/** The error names the message: it is stored, and the conversation shows what became of it. */
function foundStored(client: QueryClient, key: string, messageId: string, error: unknown): void {
  arrived(key, draft(key).sent?.id);
  const failures = { ...activity(key).failures };
  if (error instanceof ApiError && error.code !== 'REQUEST_IN_PROGRESS') failures[messageId] = error;
  const show = () => change(key, { exchange: null, failures });
  void client.invalidateQueries({ queryKey: keys.messages(key) }).then(show, show);
  void refreshThread(client, key);
}

/** When a request may be sent again, if that is soon. */
function worthWaiting(error: unknown): Wait | null {
  if (!isApiError(error, 'RATE_LIMIT_EXCEEDED', 'REQUEST_IN_PROGRESS')) return null;
  const { retryAfter, code } = error;
  const isSoon = retryAfter !== undefined && retryAfter.getTime() - Date.now() < PATIENCE_MS;
  return isSoon ? { until: retryAfter, reason: code } : null;
}

function pause(key: string, wait: Wait, resume: () => Promise<void>): void {
  changeExchange(key, (exchange) => ({ ...exchange, phase: 'waiting', wait }));
  waitUntil(key, wait.until, () => {
    const { exchange } = activity(key);
    // A retry begins anew; a new message goes on.
    if (exchange?.question != null) change(key, { exchange: null });
    void resume();
  });
}
