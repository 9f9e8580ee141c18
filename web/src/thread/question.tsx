/** A question or a note, and what became of it where it has no answer. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/error';
import { keys } from '../api/queries';
import type { UserMessage } from '../api/types';
import { useEditor } from '../editor/controller';
import { Failure } from '../page/failure';
import { Button } from '../ui/button';
import { words } from '../words';
import { AnswerHead } from './answer';
import { Markdown } from './markdown';
import { readMessage, refreshThread } from './messages';
import { Thinking } from './thinking';
import { Time } from './time';

interface QuestionProps {
  message: Pick<UserMessage, 'content' | 'reply_state'> & { timestamp?: string };
  /** The version that was saved for it. */
  savedVersion?: number | null | undefined;
  isNote: boolean;
}

/** What the user said. */
export function Said({ message, savedVersion, isNote }: QuestionProps) {
  return (
    <div
      className={`min-w-0 rounded-md border px-3 py-2.5 ${isNote ? 'border-dashed border-line' : 'border-line-soft bg-raised'}`}
    >
      <div className="mb-1 flex items-baseline justify-between gap-2">
        <span className="text-xs font-semibold text-dim">
          {isNote ? `${words.thread.you} · ${words.thread.note}` : words.thread.you}
        </span>
        {message.timestamp !== undefined && <Time at={message.timestamp} />}
      </div>
      <p className="wrap-anywhere whitespace-pre-wrap">{message.content}</p>
      {savedVersion != null && <p className="mt-1 text-xs text-faint">{words.thread.savedFirst(savedVersion)}</p>}
    </div>
  );
}

interface UnansweredProps {
  question: UserMessage;
  /** What this page knows of the failure. */
  failure: ApiError | undefined;
  /** What this page saw of an answer that was stopped. */
  stopped: string | undefined;
  /** Asks again; absent while something else is asked. */
  onAskAgain: (() => void) | undefined;
}

/** What stands in place of an answer. */
export function Unanswered({ question, failure, stopped, onAskAgain }: UnansweredProps) {
  const again = onAskAgain && <Button onClick={onAskAgain}>{words.thread.askAgain}</Button>;
  if (failure !== undefined) return <Failed error={failure} onAskAgain={onAskAgain} />;
  switch (question.reply_state) {
    case 'failed':
      return <Failed error={new ApiError(0, question.reply_error ?? 'UNKNOWN')} onAskAgain={onAskAgain} />;
    case 'cancelled':
      return (
        <>
          {stopped !== undefined && stopped !== '' && <Stopped text={stopped} />}
          <div className="flex flex-wrap items-center gap-3 text-sm text-dim">
            <span>{words.thread.cancelled}</span>
            {again}
          </div>
        </>
      );
    case 'pending':
      return <Pending question={question} onAskAgain={onAskAgain} />;
    default:
      return null;
  }
}

/** As much of an answer as was there when it was stopped. It is not stored. */
function Stopped({ text }: { text: string }) {
  const editor = useEditor();
  return (
    <article aria-label={words.thread.ai} className="flex min-w-0 flex-col gap-3 text-dim">
      <AnswerHead>
        <span className="text-xs text-faint">{words.thread.stoppedHere}</span>
      </AnswerHead>
      <Markdown text={text} language={editor.monacoLanguage()} />
    </article>
  );
}

function Failed({ error, onAskAgain }: { error: ApiError; onAskAgain: (() => void) | undefined }) {
  const partial = error.body.partial_explanation;
  return (
    <div className="flex flex-col gap-3">
      <Failure error={error} onRetry={onAskAgain} />
      {partial !== undefined && partial !== '' && (
        <div className="flex flex-col gap-2 border-l-2 border-line pl-3">
          <p className="text-xs text-faint">{words.thread.partial}</p>
          <Markdown text={partial} language="" />
        </div>
      )}
    </div>
  );
}

const POLL_MS = 2_000;
/** An answer takes half a minute at the most, and a question is free a little later. */
const PATIENCE_MS = 45_000;

/** Another request follows the answer, or the connection to it broke: it is looked for until it is there. */
function Pending({ question, onAskAgain }: { question: UserMessage; onAskAgain: (() => void) | undefined }) {
  const client = useQueryClient();
  const { thread_id, message_id } = question;
  const { dataUpdatedAt, errorUpdatedAt } = useQuery({
    queryKey: ['message', message_id],
    queryFn: async () => {
      const found = await readMessage(thread_id, message_id);
      const isSettled = found.role === 'user' && found.reply_state !== 'pending';
      if (isSettled) {
        await client.invalidateQueries({ queryKey: keys.messages(thread_id) });
        await refreshThread(client, thread_id);
      }
      return found;
    },
    refetchInterval: POLL_MS,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const now = Math.max(dataUpdatedAt, errorUpdatedAt);
  const isLate = now - new Date(question.timestamp).getTime() > PATIENCE_MS;
  if (!isLate) return <Thinking text={words.thread.pending} />;
  return (
    <div className="flex flex-wrap items-center gap-3 text-sm text-dim">
      <span>{words.thread.pendingLong}</span>
      {onAskAgain && <Button onClick={onAskAgain}>{words.thread.askAgain}</Button>}
    </div>
  );
}
