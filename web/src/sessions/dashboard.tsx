/** The user's sessions, and what can be done with each. */
import { FolderCode, SearchX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { Session } from '../api/types';
import { preloadEditor } from '../editor/preload';
import { Failure } from '../page/failure';
import { Page } from '../page/layout';
import { Button } from '../ui/button';
import { Confirm } from '../ui/dialog';
import { Empty } from '../ui/empty';
import { useMedia } from '../ui/use-media';
import { words } from '../words';
import { matches, type Sort } from './list';
import { LoadMore } from './load-more';
import { NewSession } from './new-session/new-session';
import { RenameDialog } from './rename-dialog';
import { CardsSkeleton, SessionCards } from './session-cards';
import { focusOf } from './session-row';
import { SessionTable, TableSkeleton } from './session-table';
import { Heading, NewButton, Toolbar, Tools } from './toolbar';
import { TryExample } from './try-example';
import { useNow } from './use-now';
import { useDeleteSession, useSessions } from './use-sessions';

/** What is in the address, so that it survives a reload and can be linked to. */
function useAddress() {
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
    // Back closes the dialog.
    setIsNew: (isNew: boolean) => change('new', isNew ? '' : null, !isNew),
    sort: (search.get('sort') === 'created' ? 'created' : 'updated') satisfies Sort as Sort,
    setSort: (sort: Sort) => change('sort', sort === 'updated' ? null : sort, true),
  };
}

/** Loads the editor while there is nothing else to do. */
function usePreloadedEditor(isReady: boolean) {
  useEffect(() => {
    if (!isReady) return;
    // Safari has no idle callbacks.
    if (window.requestIdleCallback === undefined) {
      const timer = setTimeout(preloadEditor, 1_000);
      return () => clearTimeout(timer);
    }
    const handle = requestIdleCallback(() => preloadEditor(), { timeout: 5_000 });
    return () => cancelIdleCallback(handle);
  }, [isReady]);
}

export default function Dashboard() {
  const { isNew, setIsNew, sort, setSort } = useAddress();
  const [filter, setFilter] = useState('');
  const query = useSessions(sort, filter !== '');
  const { sessions, hasNextPage } = query;
  usePreloadedEditor(sessions !== undefined);
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
          <Empty
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
  const isNarrow = useMedia('(max-width: 767px)');
  const now = useNow();
  const [renamed, setRenamed] = useState<Session>();
  const [doomed, setDoomed] = useState<Session>();
  const { sessions, error, refetch, isFetchNextPageError } = query;

  if (sessions === undefined) {
    if (error !== null) return <Failure error={error} onRetry={() => void refetch()} />;
    return (
      <div role="status">
        <span className="sr-only">{words.common.loading}</span>
        {isNarrow ? <CardsSkeleton /> : <TableSkeleton sort={sort} />}
      </div>
    );
  }
  const found = sessions.filter((session) => matches(session, filter));
  const Rows = isNarrow ? SessionCards : SessionTable;
  return (
    <>
      {error !== null && !isFetchNextPageError && (
        <div className="mb-4">
          <Failure error={error} onRetry={() => void refetch()} />
        </div>
      )}
      <FilterState filter={filter} found={found.length} query={query} />
      {found.length > 0 ? (
        <Rows sessions={found} sort={sort} now={now} onRename={setRenamed} onDelete={setDoomed} />
      ) : (
        <Empty
          icon={<SearchX size={56} strokeWidth={1.25} />}
          title={words.sessions.noMatch(filter.trim())}
          text={words.sessions.noMatchHint}
          action={<Button onClick={onClearFilter}>{words.sessions.clearFilter}</Button>}
        />
      )}
      <LoadMore query={query} />
      {renamed !== undefined && <RenameDialog session={renamed} onClose={() => setRenamed(undefined)} />}
      {doomed !== undefined && <DeleteDialog session={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  );
}

/** How much the filter found, and in how much of the list. */
function FilterState({ filter, found, query }: { filter: string; found: number; query: ListProps['query'] }) {
  const { sessions = [], hasNextPage, isFetchingNextPage, isError } = query;
  const isPart = hasNextPage && (isError || !isFetchingNextPage);
  return (
    <p role="status" className="mb-2 text-sm text-dim empty:hidden">
      {filter.trim() === '' ? null : (
        <>
          {words.sessions.filtered(found, sessions.length)}
          {isFetchingNextPage && ` · ${words.sessions.loadingRest}`}
          {isPart && ` · ${words.sessions.partly(sessions.length)}`}
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
      returnFocus={() => focusOf(session)}
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
