/** Whether a conversation's lines are still what was selected. */
import type { Thread } from '../api/types';
import { words } from '../words';

/** Stable is quiet; approximate is told by a word and a colour. Without room for all, the lines themselves stay. */
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
