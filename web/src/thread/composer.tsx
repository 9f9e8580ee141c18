/** The field for the next question or note. */
import { Square } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useId, useLayoutEffect } from 'react';
import { isApiError } from '../api/error';
import { Failure } from '../page/failure';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { words } from '../words';
import type { Activity, Problem } from './activity';
import { characters, isMessage, MESSAGE_CHARACTERS } from './characters';
import { type, useDraft } from './draft';
import type { Said } from './exchange';

/** It grows with what is typed, up to this height. */
const MOST_HEIGHT = 240;
const IS_MAC = /Mac|iP(hone|ad)/.test(navigator.userAgent);

interface ComposerProps {
  /** Under which key what is typed is kept. */
  draftKey: string;
  field: RefObject<HTMLTextAreaElement | null>;
  placeholder: string;
  /** Whether a note is what is wanted first. */
  isNote: boolean;
  activity: Activity;
  onSend: (said: Said) => void;
  onStop: () => void;
  /** Goes on in a new conversation on the same lines; absent where there is none to follow. */
  onSendAnew: ((said: Said) => void) | undefined;
}

export function Composer({
  draftKey,
  field,
  placeholder,
  isNote,
  activity,
  onSend,
  onStop,
  onSendAnew,
}: ComposerProps) {
  const { text } = useDraft(draftKey);
  const id = useId();
  const { exchange, problem } = activity;
  const length = characters(text);
  const isBusy = exchange !== null;
  const canSend = !isBusy && isMessage(text);
  useGrowing(field, text);
  const sendAs = (ask: boolean) => {
    if (!canSend) return;
    onSend({ text, ask });
    // The button is off now.
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
          onAnew={canSend && onSendAnew ? (ask) => onSendAnew({ text, ask }) : undefined}
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
        aria-invalid={length > MESSAGE_CHARACTERS ? true : undefined}
        onChange={(event) => type(draftKey, event.target.value)}
        onKeyDown={onKeyDown}
        className="w-full resize-none overflow-y-auto rounded-md border border-line-strong bg-sunken px-3 py-2 text-base placeholder:text-faint focus-visible:-outline-offset-1 aria-invalid:border-bad"
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <Counter id={`${id}-count`} length={length} />
        {isBusy ? (
          <Stop phase={exchange.phase} onStop={onStop} field={field} />
        ) : (
          <Button disabled={!canSend} onClick={() => sendAs(isNote)}>
            {isNote ? words.thread.ask : words.thread.addNote}
          </Button>
        )}
        <Button type="submit" look="primary" disabled={!canSend}>
          {isNote ? words.thread.addNote : words.thread.ask}
          <kbd className="font-sans text-xs font-normal pointer-coarse:hidden">{words.thread.askKeys(IS_MAC)}</kbd>
        </Button>
      </div>
    </form>
  );
}

function Counter({ id, length }: { id: string; length: number }) {
  const over = length - MESSAGE_CHARACTERS;
  return (
    <p id={id} className={`mr-auto text-xs tabular-nums ${over > 0 ? 'text-bad' : 'text-faint'}`}>
      {words.thread.characters(length, MESSAGE_CHARACTERS)}
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

function Stop({ phase, onStop, field }: StopProps) {
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
  problem: Problem;
  onRetry: ((ask: boolean) => void) | undefined;
  onAnew: ((ask: boolean) => void) | undefined;
}

function ProblemNotice({ problem, onRetry, onAnew }: ProblemNoticeProps) {
  if (problem.kind === 'held') {
    return (
      <Notice kind="warning" title={words.thread.held}>
        {words.thread.heldNext}
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
        actions={onAnew && <Button onClick={() => onAnew(ask)}>{words.thread.newOnLines}</Button>}
      >
        {next}
      </Notice>
    );
  }
  return <Failure error={error} onRetry={onRetry && (() => onRetry(ask))} />;
}

/** As high as its text, until it scrolls. */
function useGrowing(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is that of the text.
  useLayoutEffect(() => {
    const { current: area } = field;
    if (area === null) return;
    area.style.height = 'auto';
    const border = area.offsetHeight - area.clientHeight;
    area.style.height = `${Math.min(area.scrollHeight + border, MOST_HEIGHT)}px`;
  }, [field, text]);
}
