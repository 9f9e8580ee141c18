/** A relative time with the exact time as its tooltip. */
import { useSyncExternalStore } from 'react';
import { formatExactTime, formatRelativeTime } from '../page/format';

const TICK = 30_000;

let now = new Date();

function subscribe(listener: () => void): () => void {
  now = new Date();
  const timer = setInterval(() => {
    now = new Date();
    listener();
  }, TICK);
  return () => clearInterval(timer);
}

export function Time({ at }: { at: string }) {
  const date = new Date(at);
  const currentTime = useSyncExternalStore(subscribe, () => now);
  return (
    <time dateTime={at} title={formatExactTime(date)} className="text-xs whitespace-nowrap text-faint tabular-nums">
      {formatRelativeTime(date, currentTime)}
    </time>
  );
}
