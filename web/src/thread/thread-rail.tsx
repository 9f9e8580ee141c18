/** The list of a session's conversations. */
import type { Thread } from '../api/types';

interface ThreadRailProps {
  threads: Thread[];
  /** The id of the thread that the panel shows. */
  selected: string | null;
  onSelect: (threadId: string) => void;
  /** A conversation about the whole file is wanted. */
  onNew: () => void;
}

export function ThreadRail(_props: ThreadRailProps) {
  return null;
}
