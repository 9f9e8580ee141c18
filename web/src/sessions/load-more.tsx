/** The "Load more" button below the list. */
import { ErrorNotice } from '../page/error-notice';
import { Button } from '../ui/button';
import { words } from '../words';
import { sessionsIn } from './session-list';
import type { useSessions } from './use-sessions';

export function LoadMore({ query }: { query: ReturnType<typeof useSessions> }) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, error, fetchNextPage, sessions = [] } = query;
  if (!hasNextPage) return null;

  async function load() {
    const loadedIds = new Set(sessions.map((session) => session.session_id));
    const { data } = await fetchNextPage();
    const first = data && sessionsIn(data).find((session) => !loadedIds.has(session.session_id));
    // The button may be gone. Move a keyboard user's focus to the first new session.
    requestAnimationFrame(() => {
      if (first === undefined || document.activeElement !== document.body) return;
      document.querySelector<HTMLElement>(`[data-session="${first.session_id}"]`)?.focus();
    });
  }

  return (
    <div className="mt-6 flex flex-col items-center gap-3">
      {isFetchNextPageError ? (
        <ErrorNotice error={error} onRetry={() => void load()} />
      ) : (
        <Button busy={isFetchingNextPage && words.common.loading} onClick={() => void load()}>
          {words.sessions.loadMore}
        </Button>
      )}
    </div>
  );
}
