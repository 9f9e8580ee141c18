/** The page of a session: it loads the session and, at the same time, the editor. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FileX2, ShieldX } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useParams } from 'react-router';
import { useUser } from '../accounts/user';
import { isApiError } from '../api/error';
import { keys } from '../api/queries';
import type { OpenSession } from '../api/session-cache';
import { told } from '../page/failure';
import { Page } from '../page/layout';
import { Crashed } from '../page/states';
import { ButtonLink } from '../ui/button';
import { Empty } from '../ui/empty';
import { words } from '../words';
import { loadWorkspace } from './load-workspace';
import { Opening } from './parts/opening';
import { openSession } from './session-api';

const Workspace = lazy(loadWorkspace);

export default function EditorPage() {
  const { sessionId = '' } = useParams();
  const { data: user } = useUser();
  // Another session is another editor.
  return user ? <OneSession key={sessionId} id={sessionId} userId={user.id} /> : null;
}

function OneSession({ id, userId }: { id: string; userId: string }) {
  const client = useQueryClient();
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['opened', id],
    queryFn: async () => {
      // Both are on the way at the same time; a failure shows when the editor is mounted.
      loadWorkspace().catch(() => undefined);
      const opened = await openSession(id);
      client.setQueryData<OpenSession>(keys.session(id), { session: opened.session, threads: opened.threads });
      return opened;
    },
    // The editor's text is ahead of this from then on: it is read once, whenever a session is opened.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: true,
  });
  if (data !== undefined) {
    return (
      <Suspense fallback={<Opening name={data.session.filename} />}>
        <Workspace opened={data} userId={userId} />
      </Suspense>
    );
  }
  if (error === null || isFetching) return <Opening />;
  if (isApiError(error, 'SESSION_NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT')) return <Missing error={error} />;
  return <Crashed error={error} onRetry={() => void refetch()} />;
}

/** A session that is not there, or another user's. */
function Missing({ error }: { error: unknown }) {
  const isForeign = isApiError(error, 'FORBIDDEN');
  // An address that no session can have is an address without a session.
  const { title, next } = isForeign ? told(error) : words.errors.SESSION_NOT_FOUND;
  const icon = { size: 56, strokeWidth: 1.25 };
  return (
    <Page title={title}>
      <Empty
        heading="h1"
        icon={isForeign ? <ShieldX {...icon} /> : <FileX2 {...icon} />}
        title={title}
        text={next}
        action={
          <ButtonLink look="primary" to="/dashboard">
            {words.page.toSessions}
          </ButtonLink>
        }
      />
    </Page>
  );
}
