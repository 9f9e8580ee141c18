/** Queries and mutations of the session list. */
import {
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useMutationState,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, unwrap } from '../api/client';
import { isApiError } from '../api/error';
import { queryKeys } from '../api/queries';
import type { OpenSession } from '../api/session-cache';
import type { Session } from '../api/types';
import { download } from '../page/download';
import { describeError, toastError } from '../page/error-notice';
import { isolateDirection } from '../page/format';
import { toast } from '../ui/toast';
import { words } from '../words';
import { removeSession, replaceSession, type SessionList, type Sort, sessionsIn } from './session-list';

const PAGE_SIZE = 50;
const DELETE_KEY = ['delete-session'];

/** The sessions in a sort order. With `loadsAll`, all pages load automatically. */
export function useSessions(sort: Sort, loadsAll: boolean) {
  const query = useInfiniteQuery({
    queryKey: [...queryKeys.sessions, sort],
    queryFn: ({ pageParam: cursor, signal }) => {
      const query = { sort, limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) };
      return unwrap(api.GET('/sessions', { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    // Show the old order until the new one is loaded.
    placeholderData: keepPreviousData,
    refetchOnReconnect: true,
  });
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const mayLoad = loadsAll && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (mayLoad) void fetchNextPage();
  }, [mayLoad, fetchNextPage]);
  const pendingDeletions = usePendingDeletions();
  const sessions = query.data && sessionsIn(query.data).filter((session) => !pendingDeletions.has(session.session_id));
  return { ...query, sessions };
}

/** Ids of sessions whose deletion is pending. They are hidden, and shown again if it fails. */
function usePendingDeletions(): Set<string> {
  const pending = useMutationState({
    filters: { mutationKey: DELETE_KEY, status: 'pending' },
    select: (mutation) => (mutation.state.variables as Session).session_id,
  });
  return new Set(pending);
}

/** Updates the cached list in every sort order, and refetches it. */
function updateList(client: QueryClient, change: (list: SessionList) => SessionList): Promise<void> {
  client.setQueriesData<SessionList>({ queryKey: queryKeys.sessions }, (list) => list && change(list));
  return client.invalidateQueries({ queryKey: queryKeys.sessions });
}

/** Deletes a session. An already deleted session counts as success. */
export function useDeleteSession() {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationKey: DELETE_KEY,
    mutationFn: async (session: Session) => {
      try {
        await unwrap(api.DELETE('/sessions/{id}', { params: { path: { id: session.session_id } } }));
      } catch (error) {
        if (!isApiError(error, 'SESSION_NOT_FOUND')) throw error;
      }
    },
    onSuccess: (_, session) => {
      client.removeQueries({ queryKey: queryKeys.session(session.session_id) });
      void updateList(client, (list) => removeSession(list, session.session_id));
      toast('success', words.sessions.deleted(isolateDirection(session.filename)));
    },
    onError: (error, session) => {
      const { title, next } = describeError(error);
      toast('error', words.sessions.notDeleted(isolateDirection(session.filename)), {
        description: `${title}. ${next}`,
        action: { label: words.common.retry, onClick: () => mutation.mutate(session) },
        id: session.session_id,
      });
    },
  });
  return mutation;
}

/** Downloads the saved file of a session. */
export async function downloadSession(listed: Session): Promise<void> {
  try {
    const { session } = await unwrap(api.GET('/sessions/{id}', { params: { path: { id: listed.session_id } } }));
    download(session.filename, session.code_content);
  } catch (error) {
    toastError(error, () => void downloadSession(listed));
  }
}

export function useRenameSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, filename }: { id: string; filename: string }) =>
      unwrap(api.PATCH('/sessions/{id}/metadata', { params: { path: { id } }, body: { filename } })),
    onSuccess: ({ session, filename_given }) => {
      client.setQueryData<OpenSession>(
        queryKeys.session(session.session_id),
        (cached) => cached && { ...cached, session },
      );
      void updateList(client, (list) => replaceSession(list, session));
      if (toastNameChange(session.filename, filename_given)) return;
      toast('success', words.sessions.renamed(isolateDirection(session.filename)));
    },
  });
}

/** Shows a toast if the server changed the name. Returns whether it did. */
export function toastNameChange(filename: string, given: string | undefined): boolean {
  if (given === undefined) return false;
  toast('info', words.sessions.nameChanged(isolateDirection(filename)), {
    description: words.sessions.nameChangedNext(isolateDirection(given)),
  });
  return true;
}
