/** When something was said: how long ago, and exactly as a tooltip. */
import { useSyncExternalStore } from 'react';
import { exactTime, relativeTime } from '../page/format';

const TICK = 30_000;

let now = new Date();

function subscribe(tell: () => void): () => void {
  now = new Date();
  const timer = setInterval(() => {
    now = new Date();
    tell();
  }, TICK);
  return () => clearInterval(timer);
}

export function Time({ at }: { at: string }) {
  const date = new Date(at);
  const seen = useSyncExternalStore(subscribe, () => now);
  return (
    <time dateTime={at} title={exactTime(date)} className="text-xs whitespace-nowrap text-faint tabular-nums">
      {relativeTime(date, seen)}
    </time>
  );
}
