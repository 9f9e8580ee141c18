/** Header of the panel: lines, anchor state, message count and actions. */
import { Ellipsis, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import type { Thread } from '../api/types';
import { useEditor } from '../editor/controller';
import { MESSAGES_PER_THREAD } from '../generated/limits';
import { Badge } from '../ui/badge';
import { IconButton } from '../ui/button';
import { Menu, MenuItem } from '../ui/menu';
import { Toggletip } from '../ui/toggletip';
import { words } from '../words';
import { DeleteDialog } from './delete-dialog';
import { type Lines, linesTitle } from './lines';

interface PanelHeaderProps {
  lines: Lines | null;
  /** Absent until the conversation is stored. */
  thread: Thread | undefined;
  onClose: () => void;
}

export function PanelHeader({ lines, thread, onClose }: PanelHeaderProps) {
  const title = linesTitle(lines);
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-2 border-b border-line py-1.5 pr-2 pl-4">
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <Title title={title} lines={lines} />
          <State thread={thread} />
        </div>
      </div>
      {thread !== undefined && (
        <Toggletip text={words.thread.countHint(thread.message_count, MESSAGES_PER_THREAD)}>
          <span className="text-xs whitespace-nowrap text-faint tabular-nums">
            {words.thread.countOf(thread.message_count, MESSAGES_PER_THREAD)}
          </span>
        </Toggletip>
      )}
      <div className="flex items-center">
        {thread !== undefined && <Actions thread={thread} title={title} onDeleted={onClose} />}
        <IconButton label={words.thread.close} onClick={onClose}>
          <X size={16} />
        </IconButton>
      </div>
    </header>
  );
}

function Title({ title, lines }: { title: string; lines: Lines | null }) {
  const editor = useEditor();
  if (lines === null) return <h2 className="font-semibold">{title}</h2>;
  return (
    <h2 className="font-semibold">
      <button
        type="button"
        title={words.thread.showLines}
        onClick={() => editor.reveal(lines.start, lines.end)}
        className="min-h-6 rounded-[4px] underline-offset-4 hover:underline pointer-coarse:min-h-11 pointer-coarse:min-w-11"
      >
        {title}
      </button>
    </h2>
  );
}

function State({ thread }: { thread: Thread | undefined }) {
  if (thread === undefined) return <Badge tone="accent">{words.thread.newBadge}</Badge>;
  if (thread.type === 'file') return null;
  const { anchor_status: state } = thread;
  return (
    <Toggletip text={words.thread.anchorHints[state]}>
      <Badge tone={state === 'stable' ? 'ok' : 'warn'}>{words.thread.anchors[state]}</Badge>
    </Toggletip>
  );
}

function Actions({ thread, title, onDeleted }: { thread: Thread; title: string; onDeleted: () => void }) {
  const [isDeleting, setIsDeleting] = useState(false);
  return (
    <>
      <Menu
        trigger={
          <IconButton label={words.thread.menu(title)}>
            <Ellipsis size={16} />
          </IconButton>
        }
      >
        <MenuItem icon={<Trash2 size={16} />} isDanger onSelect={() => setIsDeleting(true)}>
          {words.thread.delete}
        </MenuItem>
      </Menu>
      {isDeleting && <DeleteDialog thread={thread} onClose={() => setIsDeleting(false)} onDeleted={onDeleted} />}
    </>
  );
}
