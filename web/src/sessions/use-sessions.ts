/** The user's sessions from the server: read page by page, renamed, deleted. */
import {
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useMutationState,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, data } from '../api/client';
import { isApiError } from '../api/error';
import { keys } from '../api/queries';
import type { OpenSession } from '../api/session-cache';
import type { Session } from '../api/types';
import { download } from '../page/download';
import { toastError, told } from '../page/failure';
import { isolated } from '../page/format';
import { toast } from '../ui/toast';
import { words } from '../words';
import { type SessionList, type Sort, sessionsIn, withoutSession, withSession } from './list';

const PAGE = 50;
const DELETION = ['delete-session'];

/** The sessions in an order. Pages follow when they are asked for, or by themselves when all of them are wanted. */
export function useSessions(sort: Sort, wantsAll: boolean) {
  const query = useInfiniteQuery({
    queryKey: [...keys.sessions, sort],
    queryFn: ({ pageParam: cursor, signal }) => {
      const query = { sort, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      return data(api.GET('/sessions', { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor,
    // In another order, until that is read.
    placeholderData: keepPreviousData,
    refetchOnReconnect: true,
  });
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const mayLoad = wantsAll && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (mayLoad) void fetchNextPage();
  }, [mayLoad, fetchNextPage]);
  const deleted = useDeletions();
  const sessions = query.data && sessionsIn(query.data).filter((session) => !deleted.has(session.session_id));
  return { ...query, sessions };
}

/** Sessions that are being deleted: hidden at once, and seen again if that fails. */
function useDeletions(): Set<string> {
  const pending = useMutationState({
    filters: { mutationKey: DELETION, status: 'pending' },
    select: (mutation) => (mutation.state.variables as Session).session_id,
  });
  return new Set(pending);
}

/** Changes the list in every order that is cached, and reads it again. */
function changeList(client: QueryClient, change: (list: SessionList) => SessionList): Promise<void> {
  client.setQueriesData<SessionList>({ queryKey: keys.sessions }, (list) => list && change(list));
  return client.invalidateQueries({ queryKey: keys.sessions });
}

/** Deletes a session. One that is gone already counts as deleted. */
export function useDeleteSession() {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationKey: DELETION,
    mutationFn: async (session: Session) => {
      try {
        await data(api.DELETE('/sessions/{id}', { params: { path: { id: session.session_id } } }));
      } catch (error) {
        if (!isApiError(error, 'SESSION_NOT_FOUND')) throw error;
      }
    },
    onSuccess: (_, session) => {
      client.removeQueries({ queryKey: keys.session(session.session_id) });
      void changeList(client, (list) => withoutSession(list, session.session_id));
      toast('success', words.sessions.deleted(isolated(session.filename)));
    },
    onError: (error, session) => {
      const { title, next } = told(error);
      toast('error', words.sessions.notDeleted(isolated(session.filename)), {
        description: `${title}. ${next}`,
        action: { label: words.common.retry, onClick: () => mutation.mutate(session) },
        id: session.session_id,
      });
    },
  });
  return mutation;
}

/** Downloads a session's file as it is saved. */
export async function downloadSession(of: Session): Promise<void> {
  try {
    const { session } = await data(api.GET('/sessions/{id}', { params: { path: { id: of.session_id } } }));
    download(session.filename, session.code_content);
  } catch (error) {
    toastError(error, () => void downloadSession(of));
  }
}

/** Gives a session another name. */
export function useRenameSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, filename }: { id: string; filename: string }) =>
      data(api.PATCH('/sessions/{id}/metadata', { params: { path: { id } }, body: { filename } })),
    onSuccess: ({ session, filename_given }) => {
      client.setQueryData<OpenSession>(keys.session(session.session_id), (known) => known && { ...known, session });
      void changeList(client, (list) => withSession(list, session));
      if (tellName(session.filename, filename_given)) return;
      toast('success', words.sessions.renamed(isolated(session.filename)));
    },
  });
}

/** Tells that the server changed a name. Answers whether it did. */
export function tellName(filename: string, given: string | undefined): boolean {
  if (given === undefined) return false;
  toast('info', words.sessions.nameChanged(isolated(filename)), {
    description: words.sessions.nameChangedNext(isolated(given)),
  });
  return true;
}
