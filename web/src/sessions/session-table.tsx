/** The session list as a table, for wide windows. */
import { ArrowDown } from 'lucide-react';
import { formatBytes } from '../page/format';
import { Skeleton } from '../ui/skeleton';
import { words } from '../words';
import { LanguageBadge } from './language-badge';
import { languageOf, type Sort } from './session-list';
import { NameLink, RowMenu, type RowsProps, SessionTime } from './session-row';

const CELL = 'px-2 py-2 lg:px-3 border-b border-line-soft';
const NUMBER = `${CELL} text-right tabular-nums`;

export function SessionTable({ sessions, sort, now, onRename, onDelete }: RowsProps) {
  return (
    <table className="w-full table-fixed border-collapse">
      <Head sort={sort} />
      <tbody>
        {sessions.map((session) => (
          <tr key={session.session_id} className="relative h-14 hover:bg-hover">
            <th scope="row" className={`${CELL} text-left font-normal`}>
              <NameLink session={session} />
            </th>
            <td className={CELL}>
              <LanguageBadge language={languageOf(session)} />
            </td>
            <td className={`${NUMBER} text-dim`}>{formatBytes(session.code_bytes)}</td>
            <td className={NUMBER}>
              {session.thread_count === 0 ? (
                <span className="text-xs text-dim">{words.sessions.none}</span>
              ) : (
                session.thread_count
              )}
            </td>
            <td className={`${NUMBER} truncate text-dim`}>
              <SessionTime session={session} sort={sort} now={now} />
            </td>
            <td className={`${CELL} text-right`}>
              <RowMenu session={session} onRename={onRename} onDelete={onDelete} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Head({ sort }: { sort: Sort }) {
  const { columns, sorts } = words.sessions;
  const cell = 'px-2 py-2 lg:px-3 border-b border-line text-xs font-medium text-dim';
  return (
    <thead>
      <tr>
        <th scope="col" className={`${cell} text-left`}>
          {columns.name}
        </th>
        <th scope="col" className={`${cell} w-38 text-left lg:w-48`}>
          {columns.language}
        </th>
        <th scope="col" className={`${cell} w-22 text-right lg:w-32`}>
          {columns.size}
        </th>
        <th scope="col" className={`${cell} w-28 text-right lg:w-40`}>
          {columns.conversations}
        </th>
        <th scope="col" aria-sort="descending" className={`${cell} w-32 text-right lg:w-48`}>
          <ArrowDown size={12} className="mr-1 inline align-[-1px]" aria-hidden="true" />
          {sorts[sort]}
        </th>
        <th scope="col" className={`${cell} w-15 lg:w-17`}>
          <span className="sr-only">{columns.menu}</span>
        </th>
      </tr>
    </thead>
  );
}

export function TableSkeleton({ sort }: { sort: Sort }) {
  return (
    <table className="w-full table-fixed border-collapse" aria-hidden="true">
      <Head sort={sort} />
      <tbody>
        {SKELETON_WIDTHS.map((width) => (
          <tr key={width} className="h-14">
            <td className={CELL}>
              <Skeleton className={`h-4 ${width}`} />
            </td>
            <td className={CELL}>
              <Skeleton className="h-4 w-24" />
            </td>
            <td className={CELL}>
              <Skeleton className="ml-auto h-4 w-14" />
            </td>
            <td className={CELL}>
              <Skeleton className="ml-auto h-4 w-6" />
            </td>
            <td className={CELL}>
              <Skeleton className="ml-auto h-4 w-24" />
            </td>
            <td className={CELL}>
              <Skeleton className="ml-auto size-6" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SKELETON_WIDTHS = ['w-40', 'w-52', 'w-32', 'w-44', 'w-36', 'w-48', 'w-28', 'w-56'];
