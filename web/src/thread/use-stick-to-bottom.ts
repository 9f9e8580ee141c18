/** Keeps a conversation scrolled to the bottom while the reader is there, and in place otherwise. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';

/** Closer to the bottom than this counts as the bottom. */
const BOTTOM_TOLERANCE = 48;

interface Scrolling {
  container: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
}

/**
 * `first` identifies the oldest item, `sent` the user's last message. `content` changes with everything that may
 * change the height.
 */
export function useStickToBottom(first: string | undefined, sent: unknown, content: unknown): Scrolling {
  const container = useRef<HTMLDivElement>(null);
  const last = useRef({ isAtEnd: true, height: 0, first, sent });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height may change with `content`.
  useLayoutEffect(() => {
    const { current: box } = container;
    if (box === null) return;
    const before = last.current;
    const isOlderAbove = before.first !== undefined && first !== before.first && !before.isAtEnd;
    // Scroll to the user's own new message.
    const isAtEnd = before.isAtEnd || (sent !== before.sent && sent !== null);
    if (isOlderAbove) box.scrollTop += box.scrollHeight - before.height;
    else if (isAtEnd) box.scrollTop = box.scrollHeight;
    last.current = { isAtEnd, height: box.scrollHeight, first, sent };
  }, [first, sent, content]);

  useEffect(() => {
    const { current: box } = container;
    if (box === null) return;
    // The input grows, or the on-screen keyboard opens.
    const observer = new ResizeObserver(() => {
      if (last.current.isAtEnd) box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  const onScroll = useCallback(() => {
    const { current: box } = container;
    if (box === null) return;
    last.current.isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < BOTTOM_TOLERANCE;
    last.current.height = box.scrollHeight;
  }, []);

  return { container, onScroll };
}
