/** How a conversation scrolls: it follows what is written while the reader is at its end, and stays where the reader is otherwise. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';

/** So near to the end counts as at it. */
const NEAR = 48;

interface Scrolling {
  container: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
}

/**
 * `first` names the oldest thing that is shown, `sent` the message that the user sent last, and `content` changes with
 * everything that may change the height.
 */
export function useFollowEnd(first: string | undefined, sent: unknown, content: unknown): Scrolling {
  const container = useRef<HTMLDivElement>(null);
  const seen = useRef({ isAtEnd: true, height: 0, first, sent });

  // biome-ignore lint/correctness/useExhaustiveDependencies: `content` says when the height may have changed.
  useLayoutEffect(() => {
    const { current: box } = container;
    if (box === null) return;
    const before = seen.current;
    const isOlderAbove = before.first !== undefined && first !== before.first && !before.isAtEnd;
    // A new message of one's own is what one wants to see.
    const isAtEnd = before.isAtEnd || (sent !== before.sent && sent !== null);
    if (isOlderAbove) box.scrollTop += box.scrollHeight - before.height;
    else if (isAtEnd) box.scrollTop = box.scrollHeight;
    seen.current = { isAtEnd, height: box.scrollHeight, first, sent };
  }, [first, sent, content]);

  useEffect(() => {
    const { current: box } = container;
    if (box === null) return;
    // The field below grows, or the keyboard of a phone opens.
    const observer = new ResizeObserver(() => {
      if (seen.current.isAtEnd) box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  const onScroll = useCallback(() => {
    const { current: box } = container;
    if (box === null) return;
    seen.current.isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    seen.current.height = box.scrollHeight;
  }, []);

  return { container, onScroll };
}
