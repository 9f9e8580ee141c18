/** How an error is told: its words by its code, with the time to wait, and the trace id of a fault of ours. */
import { useEffect, useState } from 'react';
import { ApiError, isApiError } from '../api/error';
import { words } from '../shell-words';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { toast } from '../ui/toast';

/** What is told of an error: its title, and what to do next. */
export function told(error: unknown): { title: string; next: string } {
  if (!(error instanceof ApiError)) return words.errors.UNKNOWN;
  const { title, next } = words.errors[error.code] ?? words.errors.UNKNOWN;
  const trace = error.body.trace_id;
  return { title, next: trace === undefined ? next : `${next} ${words.common.traceId(trace)}` };
}

/** Seconds until a time, counted down; 0 when it has come or there is none. */
export function useCountdown(until: Date | undefined): number {
  const left = () => (until === undefined ? 0 : Math.max(0, Math.ceil((until.getTime() - Date.now()) / 1000)));
  const [seconds, setSeconds] = useState(left);
  const end = until?.getTime();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `end` is all of `until` that counts.
  useEffect(() => {
    setSeconds(left());
    if (end === undefined) return;
    const timer = setInterval(() => setSeconds(left()), 250);
    return () => clearInterval(timer);
  }, [end]);
  return seconds;
}

interface FailureProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
}

/** An error where it happened. While a limit holds, the time is counted down and the retry is off. */
export function Failure({ error, onRetry }: FailureProps) {
  const { title, next } = told(error);
  const seconds = useCountdown(isApiError(error) ? error.retryAfter : undefined);
  const retry = onRetry && (
    <Button onClick={onRetry} disabled={seconds > 0}>
      {words.common.retry}
    </Button>
  );
  return (
    <Notice kind="error" title={title} actions={retry || undefined}>
      {/* Read aloud once with the rest, and not again with each second. */}
      {seconds > 0 ? <span role="timer">{words.common.waitSeconds(seconds)}</span> : next}
    </Notice>
  );
}

/** Tells an error as a toast, with a retry when there is one, as long as the retry's owner is there. */
export function toastError(error: unknown, onRetry?: () => void, owner?: string): void {
  const { title, next } = told(error);
  const action = onRetry && { label: words.common.retry, onClick: onRetry };
  toast('error', title, { description: next, action, id: isApiError(error) ? error.code : 'UNKNOWN', owner });
}
