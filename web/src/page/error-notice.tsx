/** Shows errors: their text by code, the time to wait, and the trace id of server errors. */
import { useEffect, useState } from 'react';
import { ApiError, isApiError } from '../api/error';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { toast } from '../ui/toast';
import { words } from '../words/shell';

/** The title of an error, and what the user can do next. */
export function describeError(error: unknown): { title: string; next: string } {
  if (!(error instanceof ApiError)) return words.errors.UNKNOWN;
  const { title, next } = words.errors[error.code] ?? words.errors.UNKNOWN;
  const trace = error.body.trace_id;
  return { title, next: trace === undefined ? next : `${next} ${words.common.traceId(trace)}` };
}

/** Counts down the seconds until a time; 0 afterwards or without a time. */
export function useCountdown(until: Date | undefined): number {
  const secondsLeft = () => (until === undefined ? 0 : Math.max(0, Math.ceil((until.getTime() - Date.now()) / 1000)));
  const [seconds, setSeconds] = useState(secondsLeft);
  const end = until?.getTime();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the time value of `until` matters.
  useEffect(() => {
    setSeconds(secondsLeft());
    if (end === undefined) return;
    const timer = setInterval(() => setSeconds(secondsLeft()), 250);
    return () => clearInterval(timer);
  }, [end]);
  return seconds;
}

interface ErrorNoticeProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
}

/** An inline error. During a rate limit it counts down and disables the retry. */
export function ErrorNotice({ error, onRetry }: ErrorNoticeProps) {
  const { title, next } = describeError(error);
  const seconds = useCountdown(isApiError(error) ? error.retryAfter : undefined);
  const retry = onRetry && (
    <Button onClick={onRetry} disabled={seconds > 0}>
      {words.common.retry}
    </Button>
  );
  return (
    <Notice kind="error" title={title} actions={retry || undefined}>
      {/* Announced once with the notice, not again each second. */}
      {seconds > 0 ? <span role="timer">{words.common.waitSeconds(seconds)}</span> : next}
    </Notice>
  );
}

/** Shows an error as a toast. The retry lasts as long as its owner. */
export function toastError(error: unknown, onRetry?: () => void, owner?: string): void {
  const { title, next } = describeError(error);
  const action = onRetry && { label: words.common.retry, onClick: onRetry };
  toast('error', title, { description: next, action, id: isApiError(error) ? error.code : 'UNKNOWN', owner });
}
