/** The button under the list that loads the next page. */
import { Failure } from '../page/failure';
import { Button } from '../ui/button';
import { words } from '../words';
import { sessionsIn } from './list';
import type { useSessions } from './use-sessions';

export function LoadMore({ query }: { query: ReturnType<typeof useSessions> }) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, error, fetchNextPage, sessions = [] } = query;
  if (!hasNextPage) return null;

  async function load() {
    const known = new Set(sessions.map((session) => session.session_id));
    const { data } = await fetchNextPage();
    const first = data && sessionsIn(data).find((session) => !known.has(session.session_id));
    // The button may be gone: a user who pressed it by key goes on at the first session that it loaded.
    requestAnimationFrame(() => {
      if (first === undefined || document.activeElement !== document.body) return;
      document.querySelector<HTMLElement>(`[data-session="${first.session_id}"]`)?.focus();
    });
  }

  return (
    <div className="mt-6 flex flex-col items-center gap-3">
      {isFetchNextPageError ? (
        <Failure error={error} onRetry={() => void load()} />
      ) : (
        <Button busy={isFetchingNextPage && words.common.loading} onClick={() => void load()}>
          {words.sessions.loadMore}
        </Button>
      )}
    </div>
  );
}
