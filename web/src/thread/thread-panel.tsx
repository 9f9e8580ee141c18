/** A conversation: its questions and answers, and the field for the next one. */
import type { Thread } from '../api/types';
import type { OpenThread } from './open-thread';

interface ThreadPanelProps {
  open: OpenThread;
  threads: Thread[];
  /** A new conversation was stored, with its first message on the way. */
  onOpened: (thread: Thread) => void;
  onClose: () => void;
}

export function ThreadPanel(_props: ThreadPanelProps) {
  return null;
}
