/** The session list as cards, for phones. */
import { formatBytes } from '../page/format';
import { Skeleton } from '../ui/skeleton';
import { words } from '../words';
import { LanguageBadge } from './language-badge';
import { languageOf } from './session-list';
import { NameLink, RowMenu, type RowsProps, SessionTime } from './session-row';

const CARD = 'relative rounded-md border border-line bg-raised';

export function SessionCards({ sessions, sort, now, onRename, onDelete }: RowsProps) {
  return (
    <ul className="flex flex-col gap-2">
      {sessions.map((session) => (
        <li key={session.session_id} className={`${CARD} flex flex-col gap-1 px-4 py-3`}>
          <div className="pr-8">
            <NameLink session={session} />
          </div>
          <p className="flex min-w-0 items-center gap-3 text-sm">
            <LanguageBadge language={languageOf(session)} />
            <span className="shrink-0 text-dim tabular-nums">{formatBytes(session.code_bytes)}</span>
          </p>
          <p className="flex justify-between gap-3 text-xs text-dim">
            <span>{words.sessions.conversations(session.thread_count)}</span>
            <SessionTime session={session} sort={sort} now={now} />
          </p>
          <div className="absolute top-0.5 right-1">
            <RowMenu session={session} onRename={onRename} onDelete={onDelete} />
          </div>
        </li>
      ))}
    </ul>
  );
}

export function CardsSkeleton() {
  return (
    <div className="flex flex-col gap-2" aria-hidden="true">
      {['w-40', 'w-52', 'w-32', 'w-44', 'w-36'].map((width) => (
        <div key={width} className={`${CARD} flex flex-col gap-3 px-4 py-4`}>
          <Skeleton className={`h-4 ${width}`} />
          <Skeleton className="h-3.5 w-32" />
          <Skeleton className="h-3 w-full" />
        </div>
      ))}
    </div>
  );
}
