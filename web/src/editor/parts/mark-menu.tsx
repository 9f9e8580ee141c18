/** The conversations at one mark: a menu when there are several, and a tooltip with how they begin. */
import { DropdownMenu } from 'radix-ui';
import type { BlockThread } from '../../api/types';
import { words } from '../../words';
import type { AtMark } from '../state';

interface MarkMenuProps {
  choice: AtMark;
  onSelect: (threadId: string) => void;
  onClose: () => void;
}

export function MarkMenu({ choice: { threads, x, y }, onSelect, onClose }: MarkMenuProps) {
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DropdownMenu.Trigger asChild>
        <span aria-hidden="true" className="pointer-events-none fixed size-0" style={{ left: x, top: y }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          side="right"
          sideOffset={8}
          collisionPadding={8}
          aria-label={words.editor.threadsAt(threads.length)}
          className="z-50 max-h-80 w-72 overflow-auto rounded-md border border-line bg-raised p-1 shadow-float"
        >
          <DropdownMenu.Label className="px-2.5 pt-1.5 pb-1 text-xs text-dim">
            {words.editor.threadsAt(threads.length)}
          </DropdownMenu.Label>
          {threads.map((thread) => (
            <DropdownMenu.Item
              key={thread.thread_id}
              onSelect={() => onSelect(thread.thread_id)}
              className="flex min-h-11 flex-col justify-center rounded-[6px] px-2.5 py-1.5 text-sm outline-none select-none data-highlighted:bg-hover"
            >
              <Beginning thread={thread} />
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Pointers see it at once; the list of conversations says the same to every reader. */
export function MarkTip({ pointed: { threads, x, y } }: { pointed: AtMark }) {
  return (
    <div
      role="tooltip"
      className="pointer-events-none fixed z-40 flex w-max max-w-80 flex-col gap-2 rounded-md border border-line bg-raised px-3 py-2 text-sm shadow-float"
      style={{ left: x + 8, top: y - 4 }}
    >
      {threads.slice(0, MOST).map((thread) => (
        <div key={thread.thread_id} className="flex min-w-0 flex-col">
          <Beginning thread={thread} />
        </div>
      ))}
      {threads.length > MOST && <p className="text-dim">{words.editor.moreThreads(threads.length - MOST)}</p>}
    </div>
  );
}

/** More would cover the code. */
const MOST = 4;

function Beginning({ thread: { start_line, end_line, anchor_status, last_message } }: { thread: BlockThread }) {
  return (
    <>
      <span className="font-semibold">
        {words.editor.linesAt(start_line, end_line)}
        {anchor_status === 'approximate' && (
          <span className="ml-2 text-xs font-normal text-warn">{words.thread.anchors.approximate}</span>
        )}
      </span>
      <span className="truncate text-dim">{last_message?.excerpt ?? words.editor.noWords}</span>
    </>
  );
}
