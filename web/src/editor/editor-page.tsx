/** The editor page. It loads the session and the editor in parallel. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FileX2, ShieldX } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useParams } from 'react-router';
import { useUser } from '../accounts/user';
import { isApiError } from '../api/error';
import { queryKeys } from '../api/queries';
import type { OpenSession } from '../api/session-cache';
import { describeError } from '../page/error-notice';
import { ErrorPage } from '../page/fallback-pages';
import { Page } from '../page/layout';
import { ButtonLink } from '../ui/button';
import { EmptyState } from '../ui/empty-state';
import { words } from '../words';
import { loadWorkspace } from './load-workspace';
import { openSession } from './session-api';
import { SessionSkeleton } from './session-skeleton';

const Workspace = lazy(loadWorkspace);

export default function EditorPage() {
  const { sessionId = '' } = useParams();
  const { data: user } = useUser();
  // Remount for each session.
  return user ? <SessionLoader key={sessionId} id={sessionId} userId={user.id} /> : null;
}

function SessionLoader({ id, userId }: { id: string; userId: string }) {
  const client = useQueryClient();
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['opened', id],
    queryFn: async () => {
      // Start both downloads; a failure shows when the editor is mounted.
      loadWorkspace().catch(() => undefined);
      const opened = await openSession(id);
      client.setQueryData<OpenSession>(queryKeys.session(id), { session: opened.session, threads: opened.threads });
      return opened;
    },
    // Read once per opening, because the editor's text is newer afterwards.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: true,
  });
  if (data !== undefined) {
    return (
      <Suspense fallback={<SessionSkeleton name={data.session.filename} />}>
        <Workspace opened={data} userId={userId} />
      </Suspense>
    );
  }
  if (error === null || isFetching) return <SessionSkeleton />;
  if (isApiError(error, 'SESSION_NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT')) return <MissingSession error={error} />;
  return <ErrorPage error={error} onRetry={() => void refetch()} />;
}

/** Shown for a missing session, or one of another user. */
function MissingSession({ error }: { error: unknown }) {
  const isForeign = isApiError(error, 'FORBIDDEN');
  // A malformed id is shown as a missing session.
  const { title, next } = isForeign ? describeError(error) : words.errors.SESSION_NOT_FOUND;
  const icon = { size: 56, strokeWidth: 1.25 };
  return (
    <Page title={title}>
      <EmptyState
        heading="h1"
        icon={isForeign ? <ShieldX {...icon} /> : <FileX2 {...icon} />}
        title={title}
        text={next}
        action={
          <ButtonLink variant="primary" to="/dashboard">
            {words.page.toSessions}
          </ButtonLink>
        }
      />
    </Page>
  );
}
