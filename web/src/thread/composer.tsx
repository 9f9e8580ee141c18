/** The input for the next question or note. */
import { Square } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useId, useLayoutEffect } from 'react';
import { isApiError } from '../api/error';
import { MESSAGE_CHARS } from '../generated/limits';
import { ErrorNotice } from '../page/error-notice';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { words } from '../words';
import type { Activity, SendProblem } from './activity';
import { setDraftText, useDraft } from './draft';
import type { NewMessage } from './exchange';
import { countCharacters, isValidMessage } from './message-length';

/** The maximum height of the growing field. */
const MAX_HEIGHT = 240;
const IS_MAC = /Mac|iP(hone|ad)/.test(navigator.userAgent);

interface ComposerProps {
  /** The key of the stored draft. */
  draftKey: string;
  field: RefObject<HTMLTextAreaElement | null>;
  placeholder: string;
  /** Whether the main button adds a note instead of asking. */
  isNote: boolean;
  activity: Activity;
  onSend: (newMessage: NewMessage) => void;
  onStop: () => void;
  /** Sends in a new thread on the same lines; absent if there is no thread yet. */
  onSendInNewThread: ((newMessage: NewMessage) => void) | undefined;
}

export function Composer({
  draftKey,
  field,
  placeholder,
  isNote,
  activity,
  onSend,
  onStop,
  onSendInNewThread,
}: ComposerProps) {
  const { text } = useDraft(draftKey);
  const id = useId();
  const { exchange, problem } = activity;
  const length = countCharacters(text);
  const isBusy = exchange !== null;
  const canSend = !isBusy && isValidMessage(text);
  useAutoHeight(field, text);
  const sendAs = (ask: boolean) => {
    if (!canSend) return;
    onSend({ text, ask });
    // The disabled button loses the focus.
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    sendAs(!isNote);
  };
  return (
    <form
      className="flex shrink-0 flex-col gap-2 border-t border-line px-4 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        sendAs(!isNote);
      }}
    >
      {problem !== null && !isBusy && (
        <ProblemNotice
          problem={problem}
          onRetry={canSend ? sendAs : undefined}
          onNewThread={canSend && onSendInNewThread ? (ask) => onSendInNewThread({ text, ask }) : undefined}
        />
      )}
      <label htmlFor={id} className="sr-only">
        {words.thread.field}
      </label>
      <textarea
        id={id}
        ref={field}
        rows={2}
        value={text}
        placeholder={placeholder}
        aria-describedby={`${id}-count`}
        aria-invalid={length > MESSAGE_CHARS ? true : undefined}
        onChange={(event) => setDraftText(draftKey, event.target.value)}
        onKeyDown={onKeyDown}
        className="w-full resize-none overflow-y-auto rounded-md border border-line-strong bg-sunken px-3 py-2 text-base placeholder:text-faint focus-visible:-outline-offset-1 aria-invalid:border-bad"
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <Counter id={`${id}-count`} length={length} />
        {isBusy ? (
          <StopButton phase={exchange.phase} onStop={onStop} field={field} />
        ) : (
          <Button disabled={!canSend} onClick={() => sendAs(isNote)}>
            {isNote ? words.thread.ask : words.thread.addNote}
          </Button>
        )}
        <Button type="submit" variant="primary" disabled={!canSend}>
          {isNote ? words.thread.addNote : words.thread.ask}
          <kbd className="font-sans text-xs font-normal pointer-coarse:hidden">{words.thread.askKeys(IS_MAC)}</kbd>
        </Button>
      </div>
    </form>
  );
}

function Counter({ id, length }: { id: string; length: number }) {
  const over = length - MESSAGE_CHARS;
  return (
    <p id={id} className={`mr-auto text-xs tabular-nums ${over > 0 ? 'text-bad' : 'text-faint'}`}>
      {words.thread.characters(length, MESSAGE_CHARS)}
      <span aria-live="polite" className="block empty:hidden">
        {over > 0 ? words.thread.tooLong(over) : ''}
      </span>
    </p>
  );
}

interface StopProps {
  phase: NonNullable<Activity['exchange']>['phase'];
  onStop: () => void;
  field: RefObject<HTMLTextAreaElement | null>;
}

function StopButton({ phase, onStop, field }: StopProps) {
  return (
    <Button
      disabled={phase === 'saving' || phase === 'opening'}
      aria-label={phase === 'stopping' ? undefined : words.thread.stopAnswer}
      busy={phase === 'stopping' && words.thread.stopping}
      onClick={() => {
        onStop();
        field.current?.focus();
      }}
    >
      <Square size={12} fill="currentColor" aria-hidden="true" />
      {words.thread.stop}
    </Button>
  );
}

interface ProblemNoticeProps {
  problem: SendProblem;
  onRetry: ((ask: boolean) => void) | undefined;
  onNewThread: ((ask: boolean) => void) | undefined;
}

function ProblemNotice({ problem, onRetry, onNewThread }: ProblemNoticeProps) {
  if (problem.kind === 'held') {
    return (
      <Notice kind="warning" title={words.thread.notSent}>
        {words.thread.notSentNext}
      </Notice>
    );
  }
  if (problem.kind === 'changed') {
    return (
      <Notice kind="warning" title={words.thread.changed}>
        {words.thread.changedNext}
      </Notice>
    );
  }
  const { error, ask } = problem;
  if (isApiError(error, 'MESSAGE_LIMIT_EXCEEDED')) {
    const { title, next } = words.errors.MESSAGE_LIMIT_EXCEEDED;
    return (
      <Notice
        kind="error"
        title={title}
        actions={onNewThread && <Button onClick={() => onNewThread(ask)}>{words.thread.startOnSameLines}</Button>}
      >
        {next}
      </Notice>
    );
  }
  return <ErrorNotice error={error} onRetry={onRetry && (() => onRetry(ask))} />;
}

/** Grows the field with its text, up to a maximum height. */
function useAutoHeight(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height depends on the text.
  useLayoutEffect(() => {
    const { current: area } = field;
    if (area === null) return;
    area.style.height = 'auto';
    const border = area.offsetHeight - area.clientHeight;
    area.style.height = `${Math.min(area.scrollHeight + border, MAX_HEIGHT)}px`;
  }, [field, text]);
}
