/** Stores and deletes conversations. */
import type { QueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../api/client';
import { queryKeys } from '../api/queries';
import { updateThreads } from '../api/session-cache';
import type { NewThread, Thread } from '../api/types';
import type { Selection } from '../editor/controller';
import { sessionOf } from './messages';

/** Stores a conversation. Idempotent per `clientThreadId`. */
export async function createThread(
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
          // Without a selection, the API selects the whole lines.
          ...(selection.text === '' ? {} : { selected_text: selection.text }),
        };
  const { thread } = await unwrap(api.POST('/sessions/{id}/threads', { params: { path: { id: sessionId } }, body }));
  updateThreads(client, sessionId, (threads) => [
    ...threads.filter(({ thread_id }) => thread_id !== thread.thread_id),
    thread,
  ]);
  return thread;
}

/** The selection for a new conversation on the same lines. */
export function selectionOf(thread: Thread): Selection | null {
  if (thread.type === 'file') return null;
  return { startLine: thread.start_line, endLine: thread.end_line, text: thread.selected_text };
}

/** Deletes a conversation with its messages. An already deleted one counts as success. */
export async function deleteThread(client: QueryClient, threadId: string): Promise<void> {
  const { error, response } = await api.DELETE('/threads/{thread_id}', { params: { path: { thread_id: threadId } } });
  if (error !== undefined && response.status !== 404) await unwrap(Promise.resolve({ error, response }));
  updateThreads(client, sessionOf(threadId), (threads) => threads.filter(({ thread_id }) => thread_id !== threadId));
  client.removeQueries({ queryKey: queryKeys.messages(threadId) });
}
