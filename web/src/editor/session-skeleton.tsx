/** Placeholder while a session is loading. */
import { Page } from '../page/layout';
import { Skeleton } from '../ui/skeleton';
import { words } from '../words';
import { SessionsLink } from './bar/editor-bar';

/** Widths and indents that look like code. */
const LINES = [
  ['w-40', 'ml-0'],
  ['w-64', 'ml-8'],
  ['w-52', 'ml-8'],
  ['w-80', 'ml-16'],
  ['w-44', 'ml-16'],
  ['w-28', 'ml-8'],
  ['w-0', 'ml-0'],
  ['w-48', 'ml-0'],
  ['w-72', 'ml-8'],
  ['w-36', 'ml-16'],
  ['w-60', 'ml-16'],
  ['w-24', 'ml-8'],
] as const;

export function SessionSkeleton({ name }: { name?: string }) {
  const bar = (
    <>
      <SessionsLink />
      {name === undefined ? <Skeleton className="h-5 w-40" /> : <span className="truncate font-semibold">{name}</span>}
    </>
  );
  return (
    <Page title={name ?? words.editor.title} isFull bar={bar}>
      <p role="status" className="sr-only">
        {words.editor.loading}
      </p>
      <div className="flex min-h-0 flex-1">
        <div className="w-[232px] shrink-0 border-r border-line p-4 max-[1099px]:hidden">
          <Skeleton className="mb-5 h-4 w-28" />
          {['a', 'b', 'c'].map((key) => (
            <Skeleton key={key} className="mb-3 h-11 w-full" />
          ))}
        </div>
        <div className="min-w-0 flex-1 overflow-hidden bg-sunken py-4 pl-16">
          {LINES.map(([width, indent]) => (
            <Skeleton key={width + indent} className={`my-[6px] h-[10px] max-w-full ${width} ${indent}`} />
          ))}
        </div>
      </div>
    </Page>
  );
}
