/** Conversations as a whole: one is stored, one is deleted. */
import type { QueryClient } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { keys } from '../api/queries';
import { changeThreads } from '../api/session-cache';
import type { NewThread, Thread } from '../api/types';
import type { Selection } from '../editor/controller';
import { sessionOf } from './messages';

/** Stores a conversation, once for a `clientThreadId`. */
export async function openThread(
  client: QueryClient,
  sessionId: string,
  selection: Selection | null,
  clientThreadId: string,
): Promise<Thread> {
  const body: NewThread =
    selection === null
      ? { type: 'file', client_thread_id: clientThreadId }
      : {
          type: 'block',
          start_line: selection.startLine,
          end_line: selection.endLine,
          client_thread_id: clientThreadId,
          // A cursor selects the lines that it is in.
          ...(selection.text === '' ? {} : { selected_text: selection.text }),
        };
  const { thread } = await data(api.POST('/sessions/{id}/threads', { params: { path: { id: sessionId } }, body }));
  changeThreads(client, sessionId, (threads) => [
    ...threads.filter(({ thread_id }) => thread_id !== thread.thread_id),
    thread,
  ]);
  return thread;
}

/** What a new conversation on the lines of another one selects. */
export function selectionOf(thread: Thread): Selection | null {
  if (thread.type === 'file') return null;
  return { startLine: thread.start_line, endLine: thread.end_line, text: thread.selected_text };
}

/** Deletes a conversation with its messages. One that is gone already is as good. */
export async function deleteThread(client: QueryClient, threadId: string): Promise<void> {
  const { error, response } = await api.DELETE('/threads/{thread_id}', { params: { path: { thread_id: threadId } } });
  if (error !== undefined && response.status !== 404) await data(Promise.resolve({ error, response }));
  changeThreads(client, sessionOf(threadId), (threads) => threads.filter(({ thread_id }) => thread_id !== threadId));
  client.removeQueries({ queryKey: keys.messages(threadId) });
}
