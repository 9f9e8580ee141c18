/** Shows whether a conversation's lines still match the selected code. */
import type { Thread } from '../api/types';
import { words } from '../words';

/** `approximate` is highlighted by colour. Without enough room, it is truncated before the lines. */
export function AnchorState({ thread }: { thread: Thread }) {
  if (thread.type === 'file') return null;
  const { anchor_status: state } = thread;
  const tone = state === 'approximate' ? 'text-warn' : 'text-faint';
  return (
    <span title={words.thread.anchorHints[state]} className={`min-w-0 truncate text-xs ${tone}`}>
      {words.thread.anchors[state]}
    </span>
  );
}
