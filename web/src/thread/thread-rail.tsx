/** The list of a session's conversations. */
import { CircleAlert, Ellipsis, FileText, Hourglass, MessagesSquare, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import type { Thread } from '../api/types';
import { Button, IconButton } from '../ui/button';
import { Menu, MenuItem } from '../ui/menu';
import { words } from '../words';
import { AnchorState } from './anchor-state';
import { DeleteDialog } from './delete-dialog';
import { previewOf } from './excerpt';
import { compareByLine, linesOf, linesTitle } from './lines';

interface ThreadRailProps {
  threads: Thread[];
  /** The id of the open thread. */
  selected: string | null;
  onSelect: (threadId: string) => void;
  /** Called to start a conversation about the whole file. */
  onNew: () => void;
}

export function ThreadRail({ threads, selected, onSelect, onNew }: ThreadRailProps) {
  const heading = useId();
  const [threadToDelete, setThreadToDelete] = useState<Thread | null>(null);
  const inOrder = threads.toSorted(compareByLine);
  return (
    <section aria-labelledby={heading} className="flex h-full min-h-0 w-full min-w-0 flex-col bg-page">
      <h2 id={heading} className="shrink-0 px-5 pt-3.5 pb-2 text-xs font-semibold text-dim tabular-nums">
        {words.thread.heading(threads.length)}
      </h2>
      {threads.length === 0 ? (
        <div className="flex flex-1 flex-col items-center gap-3 px-6 pt-10 text-center text-dim">
          <MessagesSquare size={40} strokeWidth={1.25} className="text-faint" aria-hidden="true" />
          <p>{words.thread.none}</p>
        </div>
      ) : (
        <ul
          aria-labelledby={heading}
          className="relative flex min-h-0 flex-1 flex-col gap-1 overflow-y-auto px-2 py-0.5"
        >
          {inOrder.map((thread) => (
            <li key={thread.thread_id} className="group relative">
              <Item
                thread={thread}
                isSelected={thread.thread_id === selected}
                onSelect={() => onSelect(thread.thread_id)}
              />
              <ItemMenu thread={thread} onDelete={() => setThreadToDelete(thread)} />
            </li>
          ))}
        </ul>
      )}
      <div className="shrink-0 border-t border-line-soft p-2">
        <Button className="w-full" onClick={onNew}>
          <FileText size={16} aria-hidden="true" />
          {words.thread.askWholeFile}
        </Button>
      </div>
      {threadToDelete !== null && <DeleteDialog thread={threadToDelete} onClose={() => setThreadToDelete(null)} />}
    </section>
  );
}

interface ItemProps {
  thread: Thread;
  isSelected: boolean;
  onSelect: () => void;
}

function Item({ thread, isSelected, onSelect }: ItemProps) {
  const look = isSelected ? 'bg-wash shadow-[inset_3px_0_0_var(--accent)]' : 'hover:bg-hover';
  return (
    <button
      type="button"
      aria-current={isSelected ? 'true' : undefined}
      onClick={onSelect}
      className={`flex min-h-14 w-full flex-col justify-center rounded-md px-3 py-2 text-left pointer-coarse:pr-13 ${look}`}
    >
      <span className="flex w-full min-w-0 items-baseline gap-2">
        <span className="shrink-0 text-sm font-semibold">{linesTitle(linesOf(thread))}</span>
        <AnchorState thread={thread} />
        <Count number={thread.message_count} />
      </span>
      <LastMessage thread={thread} />
    </button>
  );
}

function LastMessage({ thread: { last_message: last } }: { thread: Thread }) {
  const state = last?.reply_state;
  const stateLabel =
    state === 'failed' || state === 'pending' || state === 'cancelled' ? words.thread.states[state] : null;
  return (
    <span className="flex w-full min-w-0 items-center gap-1.5 text-sm text-dim">
      {state === 'failed' && <CircleAlert size={14} className="shrink-0 text-bad" aria-hidden="true" />}
      {state === 'pending' && <Hourglass size={14} className="shrink-0 text-info" aria-hidden="true" />}
      <span className="min-w-0 flex-1 truncate">
        {stateLabel !== null && <span className={state === 'failed' ? 'text-bad' : ''}>{stateLabel}: </span>}
        {last == null ? words.thread.noMessages : last.role === 'ai' ? previewOf(last.excerpt) : last.excerpt}
      </span>
    </span>
  );
}

/** Shifts to make room for the menu button. */
function Count({ number }: { number: number }) {
  return (
    <span
      title={words.thread.messages(number)}
      className="ml-auto shrink-0 text-xs text-faint tabular-nums group-focus-within:opacity-0 group-hover:opacity-0 group-has-data-[state=open]:opacity-0 pointer-coarse:opacity-100!"
    >
      <span aria-hidden="true">{number}</span>
      <span className="sr-only">{words.thread.messages(number)}</span>
    </span>
  );
}

function ItemMenu({ thread, onDelete }: { thread: Thread; onDelete: () => void }) {
  return (
    <div className="absolute top-1 right-0.5 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-data-[state=open]:opacity-100 pointer-coarse:inset-y-0 pointer-coarse:flex pointer-coarse:items-center pointer-coarse:opacity-100">
      <Menu
        trigger={
          <IconButton label={words.thread.menu(linesTitle(linesOf(thread)))}>
            <Ellipsis size={16} />
          </IconButton>
        }
      >
        <MenuItem icon={<Trash2 size={16} />} isDanger onSelect={onDelete}>
          {words.thread.delete}
        </MenuItem>
      </Menu>
    </div>
  );
}
