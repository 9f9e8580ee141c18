/** An answer while it is written, or what it still waits for. */
import { useEditor } from '../editor/controller';
import { useCountdown } from '../page/failure';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { words } from '../words';
import { AnswerHead } from './answer';
import type { Exchange, Wait } from './exchange';
import { Markdown } from './markdown';
import { Thinking } from './thinking';

interface WritingProps {
  exchange: Exchange;
  onStopWaiting: () => void;
}

export function Writing({ exchange, onStopWaiting }: WritingProps) {
  const editor = useEditor();
  if (exchange.wait !== null) return <Waiting wait={exchange.wait} onStop={onStopWaiting} />;
  if (exchange.answer === '') return <Thinking text={waitingFor(exchange)} />;
  return (
    <article aria-label={words.thread.ai} aria-busy="true" className="flex min-w-0 flex-col gap-3">
      <AnswerHead>
        <span className="text-xs text-faint">
          {exchange.phase === 'stopping' ? words.thread.stopping : words.thread.writing}
        </span>
      </AnswerHead>
      <Markdown text={exchange.answer} language={editor.monacoLanguage()} isLive />
    </article>
  );
}

function waitingFor({ phase, ask }: Exchange): string {
  if (phase === 'saving') return words.thread.saving;
  if (phase === 'stopping') return words.thread.stopping;
  return ask ? words.thread.thinking : words.thread.sending;
}

function Waiting({ wait, onStop }: { wait: Wait; onStop: () => void }) {
  const seconds = useCountdown(wait.until);
  return (
    <Notice
      kind="warning"
      title={words.errors[wait.reason].title}
      actions={<Button onClick={onStop}>{words.thread.doNotSend}</Button>}
    >
      <span role="timer">{words.thread.waiting(seconds)}</span>
    </Notice>
  );
}
