/** Sends messages: saves unsaved code, stores a new thread, posts the message and follows the answer. */
import type { QueryClient } from '@tanstack/react-query';
import { flushSync } from 'react-dom';
import { ApiError, isApiError, offlineError } from '../api/error';
import { queryKeys } from '../api/queries';
import { postStream } from '../api/stream';
import type { MessageEvent, Thread, UserMessage } from '../api/types';
import type { EditorController } from '../editor/controller';
import { describeError, toastError } from '../page/error-notice';
import { words } from '../words';
import { clearActivity, getActivity, moveActivity, updateActivity, updateExchange } from './activity';
import { clearDraft, getDraft, markSent, markStored, moveDraft, restoreText, setDraftText, threadIdFor } from './draft';
import { toPlainText } from './excerpt';
import {
  applyEvent,
  isAccepted,
  type NewMessage,
  type RetryWait,
  restartExchange,
  startExchange,
  toMessageEvent,
} from './exchange';
import { isQuestion, putMessages, readMessage, refreshThread, updateThread, withLastMessage } from './messages';
import { keyOf, type OpenThread } from './open-thread';
import { isAbortError, scheduleResume, startRequest, withSilenceTimeout } from './requests';
import { createThread, selectionOf } from './thread-api';

/** Longer rate limits are shown as an error instead of waiting. */
const MAX_WAIT_MS = 120_000;

/** What sending a message needs from the page. */
export interface SendContext {
  client: QueryClient;
  editor: EditorController;
  open: OpenThread;
  onOpened: (thread: Thread) => void;
}

/** Sends a message. If it cannot be stored, its text returns to the field. */
export async function sendMessage(context: SendContext, newMessage: NewMessage): Promise<void> {
  let key = keyOf(context.open, context.editor.sessionId);
  if (getActivity(key).exchange !== null) return;
  markSent(key, newMessage.text, newMessage.ask);
  updateActivity(key, { exchange: startExchange(newMessage, 'sending'), problem: null, announcement: '' });
  try {
    const needsLines = context.open.kind === 'new' && context.open.selection !== null;
    if ((newMessage.ask || needsLines) && !(await saveFirst(context, key))) return;
    key = await ensureThread(context, key);
    await postMessage(context, key, newMessage);
  } catch (error) {
    handleNotStored(context, key, newMessage, error);
  }
}

/** Asks a stored question without an answer again. It keeps its position. */
export async function askAgain(context: SendContext, question: UserMessage): Promise<void> {
  const key = question.thread_id;
  if (getActivity(key).exchange !== null) return;
  const { [question.message_id]: _, ...failures } = getActivity(key).failures;
  updateActivity(key, { exchange: restartExchange(question), problem: null, failures, announcement: '' });
  try {
    if (!(await saveFirst(context, key))) return;
    await followAnswer(context.client, key, `/threads/${key}/messages/${question.message_id}/retry`, {});
  } catch (error) {
    if (isAbortError(error)) return;
    const wait = retryWait(error);
    if (wait === null) await handleUnanswered(context.client, key, question, error);
    else waitAndResume(key, wait, () => askAgain(context, question));
  }
}

/** Sends the message in a new thread on the same lines, because this thread is full. */
export async function sendInNewThread(context: SendContext, thread: Thread, newMessage: NewMessage): Promise<void> {
  const key = thread.thread_id;
  try {
    const id = threadIdFor(key);
    const next = await createThread(context.client, context.editor.sessionId, selectionOf(thread), id);
    clearDraft(key);
    updateActivity(key, { problem: null });
    setDraftText(next.thread_id, newMessage.text);
    context.onOpened(next);
    await sendMessage({ ...context, open: { kind: 'thread', threadId: next.thread_id } }, newMessage);
  } catch (error) {
    updateActivity(key, { problem: { kind: 'error', error, ask: newMessage.ask } });
  }
}

/** Saves unsaved code. Returns whether the message can be sent. */
async function saveFirst({ editor }: SendContext, key: string): Promise<boolean> {
  if (!editor.isDirty()) return true;
  updateExchange(key, (exchange) => ({ ...exchange, phase: 'saving' }));
  const saved = await editor.save();
  if (saved.kind === 'held') {
    restoreText(key);
    updateActivity(key, { exchange: null, problem: { kind: 'held' } });
    return false;
  }
  const savedVersion = saved.kind === 'saved' ? saved.session.version_number : null;
  updateExchange(key, (exchange) => ({ ...exchange, savedVersion, phase: 'sending' }));
  return true;
}

/** Returns the thread's id. Stores the thread first if it is new. */
async function ensureThread({ client, editor, open, onOpened }: SendContext, key: string): Promise<string> {
  if (open.kind === 'thread') return key;
  updateExchange(key, (exchange) => ({ ...exchange, phase: 'opening' }));
  const thread = await createThread(client, editor.sessionId, open.selection, threadIdFor(key));
  moveDraft(key, thread.thread_id);
  moveActivity(key, thread.thread_id);
  // Render the stored thread before the activity of the old key is cleared.
  flushSync(() => onOpened(thread));
  clearActivity(key);
  return thread.thread_id;
}

async function postMessage({ client, editor }: SendContext, key: string, { text, ask }: NewMessage): Promise<void> {
  updateExchange(key, (exchange) => ({ ...exchange, phase: 'sending', wait: null }));
  const id = getDraft(key).sent?.id ?? crypto.randomUUID();
  const version = ask ? { version_number: editor.version() } : {};
  const body = { content: text, ask, client_message_id: id, ...version };
  try {
    await followAnswer(client, key, `/threads/${key}/messages`, body);
  } catch (error) {
    const { exchange } = getActivity(key);
    if (exchange === null || !isAccepted(exchange) || exchange.question === null) throw error;
    await handleUnanswered(client, key, exchange.question, error);
  }
}

/** Processes the events of an answer. */
async function followAnswer(client: QueryClient, key: string, path: string, body: object): Promise<void> {
  for await (const event of withSilenceTimeout(startRequest(key), (signal) => postStream(path, body, signal))) {
    const messageEvent = toMessageEvent(event);
    updateExchange(key, (exchange) => applyEvent(exchange, messageEvent));
    if (messageEvent.event === 'accepted') handleAccepted(client, key, messageEvent.data);
    if (messageEvent.event === 'done') {
      await handleDone(client, key, messageEvent.data);
      return;
    }
  }
  throw offlineError();
}

type EventData<Name extends MessageEvent['event']> = Extract<MessageEvent, { event: Name }>['data'];

function handleAccepted(client: QueryClient, key: string, { message, replayed }: EventData<'accepted'>): void {
  const isNew = !replayed && message.client_message_id === getDraft(key).sent?.id;
  markStored(key, message.client_message_id);
  recordSavedVersion(key, message);
  void putMessages(client, key, message);
  updateThread(client, key, (thread) => withLastMessage(thread, message, isNew));
}

async function handleDone(client: QueryClient, key: string, { message, reply }: EventData<'done'>): Promise<void> {
  markStored(key, message.client_message_id);
  recordSavedVersion(key, message);
  await putMessages(client, key, message, ...(reply === undefined ? [] : [reply]));
  const announcement =
    reply === undefined ? words.thread.storedAnnouncement(message) : words.thread.answered(toPlainText(reply.content));
  updateActivity(key, { exchange: null, announcement });
  await refreshThread(client, key);
}

function recordSavedVersion(key: string, { message_id }: UserMessage): void {
  const { exchange, saved } = getActivity(key);
  if (exchange?.savedVersion == null) return;
  updateActivity(key, { saved: { ...saved, [message_id]: exchange.savedVersion } });
}

/** Handles a stored question without an answer. The server's state counts; a broken connection proves nothing. */
async function handleUnanswered(
  client: QueryClient,
  key: string,
  question: UserMessage,
  error: unknown,
): Promise<void> {
  if (isAbortError(error)) return;
  const { exchange, failures } = getActivity(key);
  const wasAccepted = exchange !== null && isAccepted(exchange);
  const isPending = isApiError(error, 'REQUEST_IN_PROGRESS') || (isApiError(error, 'OFFLINE') && wasAccepted);
  const now: UserMessage = isPending ? { ...question, reply_state: 'pending' } : markFailed(question, error);
  const read = isPending ? null : await readMessage(key, question.message_id).catch(() => null);
  if (read !== null && isQuestion(read) && read.reply_state === 'answered') {
    await client.invalidateQueries({ queryKey: queryKeys.messages(key) });
  } else {
    await putMessages(client, key, read ?? now);
  }
  const failed = isApiError(error) && !isPending ? { ...failures, [question.message_id]: error } : failures;
  updateActivity(key, { exchange: null, failures: failed, announcement: isPending ? '' : describeError(error).title });
  await refreshThread(client, key);
}

function markFailed(question: UserMessage, error: unknown): UserMessage {
  const code = isApiError(error) && error.code !== 'OFFLINE' && error.code !== 'UNKNOWN' ? error.code : null;
  return code === null ? question : { ...question, reply_state: 'failed', reply_error: code };
}

/** Handles a message that was probably not stored. */
function handleNotStored(context: SendContext, key: string, newMessage: NewMessage, error: unknown): void {
  if (isAbortError(error)) return;
  const wait = retryWait(error);
  const stored = isApiError(error) ? error.body.message_id : undefined;
  if (stored !== undefined) showStored(context.client, key, stored, error);
  else if (wait !== null) waitAndResume(key, wait, () => resumeSending(context, key, newMessage));
  else keepInField(context, key, newMessage, error);
}

function keepInField({ editor }: SendContext, key: string, { ask }: NewMessage, error: unknown): void {
  restoreText(key);
  const hasChanged = isApiError(error, 'VERSION_CONFLICT');
  updateActivity(key, { exchange: null, problem: hasChanged ? { kind: 'changed' } : { kind: 'error', error, ask } });
  if (hasChanged) editor.reload().catch((failure: unknown) => toastError(failure));
}

/** Sends a message after its wait. */
async function resumeSending(context: SendContext, key: string, newMessage: NewMessage): Promise<void> {
  const isOpened = key !== keyOf(context.open, context.editor.sessionId);
  const open: OpenThread = isOpened ? { kind: 'thread', threadId: key } : context.open;
  try {
    const id = await ensureThread({ ...context, open }, key);
    await postMessage(context, id, newMessage);
  } catch (error) {
    handleNotStored(context, key, newMessage, error);
  }
}

/** The error has a message id, so the message is stored. Reloads its state. */
function showStored(client: QueryClient, key: string, messageId: string, error: unknown): void {
  markStored(key, getDraft(key).sent?.id);
  const failures = { ...getActivity(key).failures };
  if (error instanceof ApiError && error.code !== 'REQUEST_IN_PROGRESS') failures[messageId] = error;
  const show = () => updateActivity(key, { exchange: null, failures });
  void client.invalidateQueries({ queryKey: queryKeys.messages(key) }).then(show, show);
  void refreshThread(client, key);
}

/** Returns when a request can be repeated, if that is soon. */
function retryWait(error: unknown): RetryWait | null {
  if (!isApiError(error, 'RATE_LIMIT_EXCEEDED', 'REQUEST_IN_PROGRESS')) return null;
  const { retryAfter, code } = error;
  const isSoon = retryAfter !== undefined && retryAfter.getTime() - Date.now() < MAX_WAIT_MS;
  return isSoon ? { until: retryAfter, reason: code } : null;
}

function waitAndResume(key: string, wait: RetryWait, resume: () => Promise<void>): void {
  updateExchange(key, (exchange) => ({ ...exchange, phase: 'waiting', wait }));
  scheduleResume(key, wait.until, () => {
    const { exchange } = getActivity(key);
    // A retry starts a new exchange; a new message continues its own.
    if (exchange?.question != null) updateActivity(key, { exchange: null });
    void resume();
  });
}
