/** Queries of messages, newest page first, and updates of the cache. */
import { type InfiniteData, infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../api/client';
import { queryKeys } from '../api/queries';
import type { components } from '../api/schema';
import { updateThreads } from '../api/session-cache';
import type { Message, Thread, UserMessage } from '../api/types';
import { markStored } from './draft';
import { excerptOf } from './excerpt';

type Page = components['schemas']['MessagePage'];
type Pages = InfiniteData<Page, string | null>;

/** The sequence number at the end of a message id. */
export function sequenceOf(messageId: string): number {
  return Number(messageId.slice(messageId.lastIndexOf('.') + 1));
}

/** The session id at the start of a thread id. */
export function sessionOf(threadId: string): string {
  return threadId.slice(0, threadId.indexOf('.'));
}

export function isQuestion(message: Message): message is UserMessage {
  return message.role === 'user';
}

export function isNote(message: Message): boolean {
  return isQuestion(message) && message.reply_state === undefined;
}

/** Merges lists without duplicates, oldest first. Later lists take precedence. */
export function mergeMessages(...lists: (readonly Message[])[]): Message[] {
  const byId = new Map<string, Message>();
  for (const list of lists) for (const message of list) byId.set(message.message_id, message);
  return [...byId.values()].sort((a, b) => sequenceOf(a.message_id) - sequenceOf(b.message_id));
}

/** Updates messages in their pages, and adds new ones to the newest page. */
export function updatePages(pages: readonly Page[], changed: readonly Message[]): Page[] {
  const byId = new Map(changed.map((message) => [message.message_id, message]));
  const replaced = pages.map((page) => ({
    ...page,
    messages: page.messages.map((message) => {
      const found = byId.get(message.message_id);
      byId.delete(message.message_id);
      return found ?? message;
    }),
  }));
  const [newest, ...older] = replaced;
  if (newest === undefined) return replaced;
  return [{ ...newest, messages: mergeMessages(newest.messages, [...byId.values()]).reverse() }, ...older];
}

async function readPage(threadId: string, cursor: string | null, signal?: AbortSignal): Promise<Page> {
  const query = { order: 'desc' as const, ...(cursor === null ? {} : { cursor }) };
  const params = { path: { thread_id: threadId }, query };
  const page = await unwrap(
    api.GET('/threads/{thread_id}/messages', { params, ...(signal === undefined ? {} : { signal }) }),
  );
  // Confirms sent messages whose response was lost.
  for (const message of page.messages) if (isQuestion(message)) markStored(threadId, message.client_message_id);
  return page;
}

export function messagesQuery(threadId: string) {
  return infiniteQueryOptions({
    queryKey: queryKeys.messages(threadId),
    queryFn: ({ pageParam, signal }) => readPage(threadId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page) => page.cursor ?? null,
    // Another tab may have asked in the meantime.
    refetchOnWindowFocus: 'always',
  });
}

/** Puts messages into the cache. */
export async function putMessages(client: QueryClient, threadId: string, ...changed: Message[]): Promise<void> {
  const queryKey = queryKeys.messages(threadId);
  // Pending responses are older than these messages.
  await client.cancelQueries({ queryKey });
  const cached = client.getQueryData<Pages>(queryKey);
  if (cached === undefined) await client.invalidateQueries({ queryKey });
  else client.setQueryData<Pages>(queryKey, { ...cached, pages: updatePages(cached.pages, changed) });
}

/** Updates the thread's last message after a message was stored or repeated. */
export function withLastMessage(thread: Thread, message: UserMessage, isNew: boolean): Thread {
  const { message_id, role, timestamp, content } = message;
  if (sequenceOf(thread.last_message?.message_id ?? '.0') > sequenceOf(message_id)) return thread;
  const last = { message_id, role, timestamp, excerpt: excerptOf(content) };
  const state = message.reply_state === undefined ? {} : { reply_state: message.reply_state };
  return { ...thread, message_count: thread.message_count + (isNew ? 1 : 0), last_message: { ...last, ...state } };
}

/** Updates one thread in the cache. */
export function updateThread(client: QueryClient, threadId: string, change: (thread: Thread) => Thread): void {
  updateThreads(client, sessionOf(threadId), (threads) =>
    threads.map((thread) => (thread.thread_id === threadId ? change(thread) : thread)),
  );
}

/** Refetches a thread's count and last message. Keeps the cached state on failure. */
export async function refreshThread(client: QueryClient, threadId: string): Promise<void> {
  const read = unwrap(api.GET('/threads/{thread_id}', { params: { path: { thread_id: threadId } } }));
  const found = await read.catch(() => null);
  if (found !== null) updateThread(client, threadId, () => found.thread);
}

/** Finds the stored message with a client id. */
export async function findSentMessage(threadId: string, clientMessageId: string): Promise<UserMessage | undefined> {
  const { messages } = await readPage(threadId, null);
  return messages.filter(isQuestion).find((message) => message.client_message_id === clientMessageId);
}

export async function readMessage(threadId: string, messageId: string): Promise<Message> {
  const params = { path: { thread_id: threadId, message_id: messageId } };
  return (await unwrap(api.GET('/threads/{thread_id}/messages/{message_id}', { params }))).message;
}

export async function cancelQuestion(threadId: string, messageId: string): Promise<Message> {
  const params = { path: { thread_id: threadId, message_id: messageId } };
  return (await unwrap(api.POST('/threads/{thread_id}/messages/{message_id}/cancel', { params }))).message;
}
