/** The messages of a conversation: read in pages from the newest on, and changed where the page knows better. */
import { type InfiniteData, infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { keys } from '../api/queries';
import type { components } from '../api/schema';
import { changeThreads } from '../api/session-cache';
import type { Message, Thread, UserMessage } from '../api/types';
import { arrived } from './draft';
import { excerptOf } from './excerpt';

type Page = components['schemas']['MessagePage'];
type Pages = InfiniteData<Page, string | null>;

/** The most messages of a conversation. */
export const MESSAGES = 500;

/** The place of a message in its conversation, which its id ends with. */
export function placeIn(messageId: string): number {
  return Number(messageId.slice(messageId.lastIndexOf('.') + 1));
}

/** The session of a thread, which its id begins with. */
export function sessionOf(threadId: string): string {
  return threadId.slice(0, threadId.indexOf('.'));
}

export function isQuestion(message: Message): message is UserMessage {
  return message.role === 'user';
}

/** Whether a message asks for no answer. */
export function isNote(message: Message): boolean {
  return isQuestion(message) && message.reply_state === undefined;
}

/** All messages that are known, each once, oldest first. Of two states of one message the later argument wins. */
export function merged(...lists: (readonly Message[])[]): Message[] {
  const known = new Map<string, Message>();
  for (const list of lists) for (const message of list) known.set(message.message_id, message);
  return [...known.values()].sort((a, b) => placeIn(a.message_id) - placeIn(b.message_id));
}

/** Pages with the messages in them: known ones in their place, new ones as the newest. */
export function withMessages(pages: readonly Page[], changed: readonly Message[]): Page[] {
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
  return [{ ...newest, messages: merged(newest.messages, [...byId.values()]).reverse() }, ...older];
}

async function readPage(threadId: string, cursor: string | null, signal?: AbortSignal): Promise<Page> {
  const query = { order: 'desc' as const, ...(cursor === null ? {} : { cursor }) };
  const params = { path: { thread_id: threadId }, query };
  const page = await data(
    api.GET('/threads/{thread_id}/messages', { params, ...(signal === undefined ? {} : { signal }) }),
  );
  // A message whose arrival was not heard of is found here.
  for (const message of page.messages) if (isQuestion(message)) arrived(threadId, message.client_message_id);
  return page;
}

export function messagesQuery(threadId: string) {
  return infiniteQueryOptions({
    queryKey: keys.messages(threadId),
    queryFn: ({ pageParam, signal }) => readPage(threadId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page) => page.cursor ?? null,
    // Another tab may have asked meanwhile.
    refetchOnWindowFocus: 'always',
  });
}

/** Takes over messages as they are now. */
export async function putMessages(client: QueryClient, threadId: string, ...changed: Message[]): Promise<void> {
  const queryKey = keys.messages(threadId);
  // What is on its way was read before.
  await client.cancelQueries({ queryKey });
  const known = client.getQueryData<Pages>(queryKey);
  if (known === undefined) await client.invalidateQueries({ queryKey });
  else client.setQueryData<Pages>(queryKey, { ...known, pages: withMessages(known.pages, changed) });
}

/** A question or note was stored, or is asked again: the list says so. */
export function toldLast(thread: Thread, message: UserMessage, isNew: boolean): Thread {
  const { message_id, role, timestamp, content } = message;
  if (placeIn(thread.last_message?.message_id ?? '.0') > placeIn(message_id)) return thread;
  const last = { message_id, role, timestamp, excerpt: excerptOf(content) };
  const state = message.reply_state === undefined ? {} : { reply_state: message.reply_state };
  return { ...thread, message_count: thread.message_count + (isNew ? 1 : 0), last_message: { ...last, ...state } };
}

/** Changes one thread of its session. */
export function changeThread(client: QueryClient, threadId: string, change: (thread: Thread) => Thread): void {
  changeThreads(client, sessionOf(threadId), (threads) =>
    threads.map((thread) => (thread.thread_id === threadId ? change(thread) : thread)),
  );
}

/** Reads a thread again: how many messages it has, and what was said last. A failure leaves what is known. */
export async function refreshThread(client: QueryClient, threadId: string): Promise<void> {
  const read = data(api.GET('/threads/{thread_id}', { params: { path: { thread_id: threadId } } }));
  const found = await read.catch(() => null);
  if (found !== null) changeThread(client, threadId, () => found.thread);
}

/** The newest message that this client sent under an id, if it is stored. */
export async function findSent(threadId: string, clientMessageId: string): Promise<UserMessage | undefined> {
  const { messages } = await readPage(threadId, null);
  return messages.filter(isQuestion).find((message) => message.client_message_id === clientMessageId);
}

export async function readMessage(threadId: string, messageId: string): Promise<Message> {
  const params = { path: { thread_id: threadId, message_id: messageId } };
  return (await data(api.GET('/threads/{thread_id}/messages/{message_id}', { params }))).message;
}

export async function cancelQuestion(threadId: string, messageId: string): Promise<Message> {
  const params = { path: { thread_id: threadId, message_id: messageId } };
  return (await data(api.POST('/threads/{thread_id}/messages/{message_id}/cancel', { params }))).message;
}
