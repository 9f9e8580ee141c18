/** The session list page. */
import { FolderCode, SearchX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { Session } from '../api/types';
import { preloadEditor } from '../editor/preload';
import { ErrorNotice } from '../page/error-notice';
import { Page } from '../page/layout';
import { Button } from '../ui/button';
import { Confirm } from '../ui/dialog';
import { EmptyState } from '../ui/empty-state';
import { useMediaQuery } from '../ui/use-media-query';
import { words } from '../words';
import { LoadMore } from './load-more';
import { NewSession } from './new-session/new-session';
import { RenameDialog } from './rename-dialog';
import { CardsSkeleton, SessionCards } from './session-cards';
import { matchesFilter, type Sort } from './session-list';
import { focusTargetFor } from './session-row';
import { SessionTable, TableSkeleton } from './session-table';
import { Heading, NewButton, Toolbar, Tools } from './toolbar';
import { TryExample } from './try-example';
import { useNow } from './use-now';
import { useDeleteSession, useSessions } from './use-sessions';

/** State kept in the URL, so that it survives a reload and can be linked to. */
function useDashboardParams() {
  const [search, setSearch] = useSearchParams();
  const change = (name: string, value: string | null, replace: boolean) =>
    setSearch(
      (now) => {
        if (value === null) now.delete(name);
        else now.set(name, value);
        return now;
      },
      { replace },
    );
  return {
    isNew: search.has('new'),
    // Opening adds a history entry, so that Back closes the dialog.
    setIsNew: (isNew: boolean) => change('new', isNew ? '' : null, !isNew),
    sort: (search.get('sort') === 'created' ? 'created' : 'updated') satisfies Sort as Sort,
    setSort: (sort: Sort) => change('sort', sort === 'updated' ? null : sort, true),
  };
}

/** Preloads the editor when the browser is idle. */
function usePreloadEditor(isReady: boolean) {
  useEffect(() => {
    if (!isReady) return;
    // Safari lacks idle callbacks.
    if (window.requestIdleCallback === undefined) {
      const timer = setTimeout(preloadEditor, 1_000);
      return () => clearTimeout(timer);
    }
    const handle = requestIdleCallback(() => preloadEditor(), { timeout: 5_000 });
    return () => cancelIdleCallback(handle);
  }, [isReady]);
}

export default function Dashboard() {
  const { isNew, setIsNew, sort, setSort } = useDashboardParams();
  const [filter, setFilter] = useState('');
  const query = useSessions(sort, filter !== '');
  const { sessions, hasNextPage } = query;
  usePreloadEditor(sessions !== undefined);
  const isEmpty = sessions?.length === 0 && !hasNextPage;
  const button = <NewButton onClick={() => setIsNew(true)} />;
  return (
    <Page title={words.sessions.title}>
      <div className="mx-auto w-full max-w-[1120px] px-4 py-6 md:px-6 md:py-10">
        <Toolbar
          heading={<Heading loaded={sessions?.length} isAll={!hasNextPage} />}
          tools={!isEmpty && <Tools filter={filter} onFilter={setFilter} sort={sort} onSort={setSort} />}
          action={!isEmpty && button}
        />
        {isEmpty ? (
          <EmptyState
            icon={<FolderCode size={72} strokeWidth={1} />}
            title={words.sessions.empty}
            text={words.sessions.emptyHint}
            action={
              <div className="mt-2 flex flex-wrap justify-center gap-3">
                {button}
                <TryExample />
              </div>
            }
          />
        ) : (
          <List query={query} sort={sort} filter={filter} onClearFilter={() => setFilter('')} />
        )}
      </div>
      <NewSession isOpen={isNew} onOpenChange={setIsNew} />
    </Page>
  );
}

interface ListProps {
  query: ReturnType<typeof useSessions>;
  sort: Sort;
  filter: string;
  onClearFilter: () => void;
}

function List({ query, sort, filter, onClearFilter }: ListProps) {
  const isNarrow = useMediaQuery('(max-width: 767px)');
  const now = useNow();
  const [sessionToRename, setSessionToRename] = useState<Session>();
  const [sessionToDelete, setSessionToDelete] = useState<Session>();
  const { sessions, error, refetch, isFetchNextPageError } = query;

  if (sessions === undefined) {
    if (error !== null) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
    return (
      <div role="status">
        <span className="sr-only">{words.common.loading}</span>
        {isNarrow ? <CardsSkeleton /> : <TableSkeleton sort={sort} />}
      </div>
    );
  }
  const matching = sessions.filter((session) => matchesFilter(session, filter));
  const Rows = isNarrow ? SessionCards : SessionTable;
  return (
    <>
      {error !== null && !isFetchNextPageError && (
        <div className="mb-4">
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        </div>
      )}
      <FilterState filter={filter} found={matching.length} query={query} />
      {matching.length > 0 ? (
        <Rows sessions={matching} sort={sort} now={now} onRename={setSessionToRename} onDelete={setSessionToDelete} />
      ) : (
        <EmptyState
          icon={<SearchX size={56} strokeWidth={1.25} />}
          title={words.sessions.noMatch(filter.trim())}
          text={words.sessions.noMatchHint}
          action={<Button onClick={onClearFilter}>{words.sessions.clearFilter}</Button>}
        />
      )}
      <LoadMore query={query} />
      {sessionToRename !== undefined && (
        <RenameDialog session={sessionToRename} onClose={() => setSessionToRename(undefined)} />
      )}
      {sessionToDelete !== undefined && (
        <DeleteDialog session={sessionToDelete} onClose={() => setSessionToDelete(undefined)} />
      )}
    </>
  );
}

/** Announces the number of matches and how much of the list was searched. */
function FilterState({ filter, found, query }: { filter: string; found: number; query: ListProps['query'] }) {
  const { sessions = [], hasNextPage, isFetchingNextPage, isError } = query;
  const isPart = hasNextPage && (isError || !isFetchingNextPage);
  return (
    <p role="status" className="mb-2 text-sm text-dim empty:hidden">
      {filter.trim() === '' ? null : (
        <>
          {words.sessions.filtered(found, sessions.length)}
          {isFetchingNextPage && ` · ${words.sessions.loadingRest}`}
          {isPart && ` · ${words.sessions.partlySearched(sessions.length)}`}
        </>
      )}
    </p>
  );
}

function DeleteDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const remove = useDeleteSession();
  return (
    <Confirm
      open
      onOpenChange={onClose}
      returnFocus={() => focusTargetFor(session)}
      title={words.sessions.deleteTitle}
      description={
        <p className="break-words">
          <bdi dir="ltr" className="font-semibold text-text">
            {session.filename}
          </bdi>
          {words.sessions.deleteText(session.thread_count)}
        </p>
      }
      action={words.sessions.deleteAction}
      onConfirm={() => {
        remove.mutate(session);
        onClose();
      }}
    />
  );
}
