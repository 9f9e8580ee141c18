/** Toolbar of the session list: count, filter, sort order and "New session". */
import { ArrowDownWideNarrow, Plus, Search, X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { SESSIONS_PER_USER } from '../generated/limits';
import { Badge } from '../ui/badge';
import { Button, IconButton } from '../ui/button';
import { INPUT } from '../ui/field';
import { Menu, MenuChoice, MenuLabel } from '../ui/menu';
import { words } from '../words';
import type { Sort } from './session-list';

/** Id of the heading, which gets the focus when the focused session is deleted. */
export const HEADING_ID = 'sessions-heading';

export function Heading({ loaded, isAll }: { loaded: number | undefined; isAll: boolean }) {
  const { countOf, countAtLeast } = words.sessions;
  return (
    <div className="flex min-w-0 items-center gap-3">
      <h1 id={HEADING_ID} tabIndex={-1} className="text-2xl font-semibold outline-none">
        {words.sessions.title}
      </h1>
      {loaded !== undefined && <Badge>{isAll ? countOf(loaded, SESSIONS_PER_USER) : countAtLeast(loaded)}</Badge>}
    </div>
  );
}

export function NewButton({ onClick }: { onClick: () => void }) {
  return (
    <Button variant="primary" onClick={onClick}>
      <Plus size={16} aria-hidden="true" />
      {words.sessions.newSession}
    </Button>
  );
}

interface ToolsProps {
  filter: string;
  onFilter: (filter: string) => void;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

export function Tools({ filter, onFilter, sort, onSort }: ToolsProps) {
  const { sorts } = words.sessions;
  const options = (['updated', 'created'] as const).map((value) => ({ value, label: sorts[value] }));
  return (
    <div className="flex gap-2 max-md:w-full">
      <FilterField filter={filter} onFilter={onFilter} />
      <Menu
        trigger={
          <Button aria-label={`${words.sessions.sort}: ${sorts[sort]}`}>
            <ArrowDownWideNarrow size={16} aria-hidden="true" />
            {sorts[sort]}
          </Button>
        }
      >
        <MenuLabel>{words.sessions.sort}</MenuLabel>
        <MenuChoice
          value={sort}
          onChange={(value) => onSort(value === 'created' ? 'created' : 'updated')}
          options={options}
        />
      </Menu>
    </div>
  );
}

function FilterField({ filter, onFilter }: Pick<ToolsProps, 'filter' | 'onFilter'>) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="relative min-w-0 flex-1">
      <Search
        size={16}
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-faint"
      />
      <input
        ref={input}
        type="search"
        aria-label={words.sessions.filter}
        className={`${INPUT} min-h-9! px-9 text-sm! md:w-64 pointer-coarse:min-h-11! [&::-webkit-search-cancel-button]:hidden`}
        placeholder={words.sessions.filterPlaceholder}
        value={filter}
        onChange={(event) => onFilter(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onFilter('');
        }}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
      {filter !== '' && (
        <IconButton
          label={words.sessions.clearFilter}
          className="absolute top-1/2 right-0 -translate-y-1/2"
          onClick={() => {
            onFilter('');
            input.current?.focus();
          }}
        >
          <X size={16} />
        </IconButton>
      )}
    </div>
  );
}

export function Toolbar({ heading, tools, action }: { heading: ReactNode; tools: ReactNode; action: ReactNode }) {
  return (
    <div className="mb-4 flex flex-wrap items-center gap-3 md:mb-6">
      <div className="flex-auto">{heading}</div>
      <div className="contents max-md:[&>*:first-child]:order-last">
        {tools}
        {action}
      </div>
    </div>
  );
}
