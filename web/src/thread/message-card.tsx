/** A question or a note, and its state without an answer. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/error';
import { queryKeys } from '../api/queries';
import type { UserMessage } from '../api/types';
import { useEditor } from '../editor/controller';
import { ErrorNotice } from '../page/error-notice';
import { Button } from '../ui/button';
import { words } from '../words';
import { AnswerHeader } from './answer';
import { Markdown } from './markdown';
import { readMessage, refreshThread } from './messages';
import { ThinkingIndicator } from './thinking-indicator';
import { Time } from './time';

interface MessageCardProps {
  message: Pick<UserMessage, 'content' | 'reply_state'> & { timestamp?: string };
  /** The version that was saved before it. */
  savedVersion?: number | null | undefined;
  isNote: boolean;
}

export function MessageCard({ message, savedVersion, isNote }: MessageCardProps) {
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
  /** The error as seen on this page. */
  failure: ApiError | undefined;
  /** The stopped part of the answer as seen on this page. */
  stopped: string | undefined;
  /** Asks again; absent while a message is being sent. */
  onAskAgain: (() => void) | undefined;
}

/** Shown instead of an answer. */
export function Unanswered({ question, failure, stopped, onAskAgain }: UnansweredProps) {
  const askAgainButton = onAskAgain && <Button onClick={onAskAgain}>{words.thread.askAgain}</Button>;
  if (failure !== undefined) return <FailedAnswer error={failure} onAskAgain={onAskAgain} />;
  switch (question.reply_state) {
    case 'failed':
      return <FailedAnswer error={new ApiError(0, question.reply_error ?? 'UNKNOWN')} onAskAgain={onAskAgain} />;
    case 'cancelled':
      return (
        <>
          {stopped !== undefined && stopped !== '' && <StoppedAnswer text={stopped} />}
          <div className="flex flex-wrap items-center gap-3 text-sm text-dim">
            <span>{words.thread.cancelled}</span>
            {askAgainButton}
          </div>
        </>
      );
    case 'pending':
      return <PendingAnswer question={question} onAskAgain={onAskAgain} />;
    default:
      return null;
  }
}

/** The received part of a stopped answer. It is not stored. */
function StoppedAnswer({ text }: { text: string }) {
  const editor = useEditor();
  return (
    <article aria-label={words.thread.ai} className="flex min-w-0 flex-col gap-3 text-dim">
      <AnswerHeader>
        <span className="text-xs text-faint">{words.thread.stoppedHere}</span>
      </AnswerHeader>
      <Markdown text={text} language={editor.languageId()} />
    </article>
  );
}

function FailedAnswer({ error, onAskAgain }: { error: ApiError; onAskAgain: (() => void) | undefined }) {
  const partial = error.body.partial_explanation;
  return (
    <div className="flex flex-col gap-3">
      <ErrorNotice error={error} onRetry={onAskAgain} />
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
/** An answer takes at most 30 seconds, and its question is released soon after. */
const LATE_AFTER_MS = 45_000;

/** Polls for the answer, because another request is running or the connection broke. */
function PendingAnswer({ question, onAskAgain }: { question: UserMessage; onAskAgain: (() => void) | undefined }) {
  const client = useQueryClient();
  const { thread_id, message_id } = question;
  const { dataUpdatedAt, errorUpdatedAt } = useQuery({
    queryKey: ['message', message_id],
    queryFn: async () => {
      const found = await readMessage(thread_id, message_id);
      const isSettled = found.role === 'user' && found.reply_state !== 'pending';
      if (isSettled) {
        await client.invalidateQueries({ queryKey: queryKeys.messages(thread_id) });
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
  const isLate = now - new Date(question.timestamp).getTime() > LATE_AFTER_MS;
  if (!isLate) return <ThinkingIndicator text={words.thread.pending} />;
  return (
    <div className="flex flex-wrap items-center gap-3 text-sm text-dim">
      <span>{words.thread.pendingLong}</span>
      {onAskAgain && <Button onClick={onAskAgain}>{words.thread.askAgain}</Button>}
    </div>
  );
}
