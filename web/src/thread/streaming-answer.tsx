/** An answer that is being written, or the wait before it. */
import { useEditor } from '../editor/controller';
import { useCountdown } from '../page/error-notice';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { words } from '../words';
import { AnswerHeader } from './answer';
import type { Exchange, RetryWait } from './exchange';
import { Markdown } from './markdown';
import { ThinkingIndicator } from './thinking-indicator';

interface StreamingAnswerProps {
  exchange: Exchange;
  onStopWaiting: () => void;
}

export function StreamingAnswer({ exchange, onStopWaiting }: StreamingAnswerProps) {
  const editor = useEditor();
  if (exchange.wait !== null) return <RetryNotice wait={exchange.wait} onStop={onStopWaiting} />;
  if (exchange.answer === '') return <ThinkingIndicator text={progressText(exchange)} />;
  return (
    <article aria-label={words.thread.ai} aria-busy="true" className="flex min-w-0 flex-col gap-3">
      <AnswerHeader>
        <span className="text-xs text-faint">
          {exchange.phase === 'stopping' ? words.thread.stopping : words.thread.writing}
        </span>
      </AnswerHeader>
      <Markdown text={exchange.answer} language={editor.languageId()} isLive />
    </article>
  );
}

function progressText({ phase, ask }: Exchange): string {
  if (phase === 'saving') return words.thread.saving;
  if (phase === 'stopping') return words.thread.stopping;
  return ask ? words.thread.thinking : words.thread.sending;
}

function RetryNotice({ wait, onStop }: { wait: RetryWait; onStop: () => void }) {
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
