/** The conversations of one mark: a tooltip with their beginnings, and a menu if there are several. */
import { DropdownMenu } from 'radix-ui';
import { useEffect } from 'react';
import type { BlockThread } from '../../api/types';
import { words } from '../../words';
import type { MarkTarget } from '../state';

interface MarkMenuProps {
  choice: MarkTarget;
  onSelect: (threadId: string) => void;
  /** Called when the menu is closed by Esc. */
  onEscape: () => void;
  onClose: () => void;
}

export function MarkMenu({ choice: { threads, x, y }, onSelect, onEscape, onClose }: MarkMenuProps) {
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
          // The code or the conversation receives the focus.
          onCloseAutoFocus={(event) => event.preventDefault()}
          onEscapeKeyDown={onEscape}
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
              <ThreadPreview thread={thread} />
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface MarkTooltipProps {
  pointed: MarkTarget;
  onClose: () => void;
}

/** Tooltip of a mark, which the pointer can enter. Screen readers get the same from the list of conversations. */
export function MarkTooltip({ pointed: { threads, x, y }, onClose }: MarkTooltipProps) {
  useEffect(() => {
    const onKeyDown = ({ key }: KeyboardEvent) => key === 'Escape' && onClose();
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [onClose]);
  return (
    <div
      role="tooltip"
      onMouseLeave={onClose}
      className="fixed z-40 flex w-max max-w-80 animate-late flex-col gap-2 rounded-md border border-line bg-raised px-3 py-2 text-sm shadow-float"
      // Shift up so that it does not overflow the window.
      style={{ left: x, top: y - 4, translate: `0 min(0px, 100dvh - 100% - ${y + 4}px)` }}
    >
      {threads.slice(0, MAX_THREADS).map((thread) => (
        <div key={thread.thread_id} className="flex min-w-0 flex-col">
          <ThreadPreview thread={thread} />
        </div>
      ))}
      {threads.length > MAX_THREADS && (
        <p className="text-dim">{words.editor.moreThreads(threads.length - MAX_THREADS)}</p>
      )}
    </div>
  );
}

/** More would cover the code. */
const MAX_THREADS = 4;

function ThreadPreview({ thread: { start_line, end_line, anchor_status, last_message } }: { thread: BlockThread }) {
  return (
    <>
      <span className="font-semibold">
        {words.editor.linesAt(start_line, end_line)}
        {anchor_status === 'approximate' && (
          <span className="ml-2 text-xs font-normal text-warn">{words.thread.anchors.approximate}</span>
        )}
      </span>
      <span className="truncate text-dim">{last_message?.excerpt ?? words.editor.noMessage}</span>
    </>
  );
}
