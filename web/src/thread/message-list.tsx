/** The messages of a conversation, oldest first, including the answer that is being written. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { memo, type ReactNode, useMemo } from 'react';
import type { ApiError } from '../api/error';
import type { Message, Thread, UserMessage } from '../api/types';
import { ErrorNotice } from '../page/error-notice';
import { Button } from '../ui/button';
import { Skeleton } from '../ui/skeleton';
import { Spinner } from '../ui/spinner';
import { words } from '../words';
import type { Activity } from './activity';
import { Answer } from './answer';
import type { Exchange } from './exchange';
import { MessageCard, Unanswered } from './message-card';
import { isNote, isQuestion, mergeMessages, messagesQuery, sequenceOf } from './messages';
import { StreamingAnswer } from './streaming-answer';
import { useStickToBottom } from './use-stick-to-bottom';

/** Older messages are loaded when the reader scrolls this close to the top. */
const LOAD_OLDER_BELOW = 240;

interface MessageListProps {
  thread: Thread;
  activity: Activity;
  /** Shown above the first message. */
  subject: ReactNode;
  actions: MessageActions;
}

/** Actions on messages. The object is stable while the conversation is open. */
export interface MessageActions {
  askAgain: (question: UserMessage) => void;
  /** Asks for a patch that fits the current code. */
  askNewPatch: () => void;
  stop: () => void;
}

export function MessageList({ thread, activity, subject, actions }: MessageListProps) {
  const { exchange } = activity;
  const query = useInfiniteQuery(messagesQuery(thread.thread_id));
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = query;
  const messages = useMemo(
    () => visibleMessages(query.data?.pages ?? [], exchange?.question),
    [query.data, exchange?.question],
  );
  // A repeated question keeps its position, so do not scroll.
  const sent = exchange === null || exchange.question !== null ? null : exchange.text;
  const { container, onScroll } = useStickToBottom(messages[0]?.message_id, sent, [messages, exchange]);
  const older = () => void (hasNextPage && !isFetchingNextPage && fetchNextPage());
  // A note after an answer does not make the answer outdated.
  const latest = messages.findLastIndex((message) => !isNote(message));
  const isExpired = query.data?.pages.some((page) => page.older_messages_expired) ?? false;
  return (
    <div
      ref={container}
      onScroll={() => {
        onScroll();
        if ((container.current?.scrollTop ?? LOAD_OLDER_BELOW) < LOAD_OLDER_BELOW && !isFetchNextPageError) older();
      }}
      className="relative min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 py-4 [overflow-anchor:none]"
    >
      {query.data === undefined ? (
        query.error === null ? (
          <MessagesSkeleton />
        ) : (
          <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
        )
      ) : (
        <>
          {hasNextPage ? <OlderMessages isLoading={isFetchingNextPage} onLoad={older} /> : subject}
          {isExpired && <p className="mb-4 text-center text-xs text-faint">{words.thread.expired}</p>}
          <ol aria-label={words.thread.list} className="flex flex-col gap-4">
            {messages.map((message, index) => (
              <li key={message.message_id} className="flex min-w-0 flex-col gap-4">
                <Row
                  message={message}
                  isLatest={index >= latest}
                  thread={thread}
                  live={exchange?.question?.message_id === message.message_id ? exchange : null}
                  isIdle={exchange === null}
                  failure={activity.failures[message.message_id]}
                  saved={activity.saved[message.message_id]}
                  stopped={activity.stopped[message.message_id]}
                  actions={actions}
                />
              </li>
            ))}
            {exchange !== null && exchange.question === null && (
              <li className="flex min-w-0 flex-col gap-4">
                <OutgoingMessage exchange={exchange} onStopWaiting={actions.stop} />
              </li>
            )}
          </ol>
        </>
      )}
    </div>
  );
}

/** All messages. While an answer is being written, its stored copy is hidden. */
function visibleMessages(pages: { messages: Message[] }[], live: UserMessage | null | undefined): Message[] {
  const stored = pages.flatMap((page) => page.messages);
  if (live == null) return mergeMessages(stored);
  const answer = sequenceOf(live.message_id) + 1;
  return mergeMessages(
    stored.filter(({ role, message_id }) => role !== 'ai' || sequenceOf(message_id) !== answer),
    [live],
  );
}

interface RowProps {
  message: Message;
  /** Whether no question follows it. */
  isLatest: boolean;
  thread: Thread;
  /** The exchange, if this question is being answered. */
  live: Exchange | null;
  /** Whether a new question can be asked. */
  isIdle: boolean;
  failure: ApiError | undefined;
  saved: number | undefined;
  stopped: string | undefined;
  actions: MessageActions;
}

/** Memoised, so that only the changing message renders while an answer is written. */
const Row = memo(function Row(props: RowProps) {
  const { message, isLatest, thread, live, isIdle, failure, saved, stopped, actions } = props;
  if (!isQuestion(message)) {
    return (
      <Answer {...{ answer: message, thread, isLatest, onAskNewPatch: isIdle ? actions.askNewPatch : undefined }} />
    );
  }
  const { reply_state: state } = message;
  return (
    <>
      <MessageCard message={message} savedVersion={saved ?? live?.savedVersion} isNote={isNote(message)} />
      {live === null ? (
        <Unanswered
          question={message}
          failure={state === 'answered' ? undefined : failure}
          stopped={stopped}
          onAskAgain={isIdle ? () => actions.askAgain(message) : undefined}
        />
      ) : (
        state === 'pending' && <StreamingAnswer exchange={live} onStopWaiting={actions.stop} />
      )}
    </>
  );
});

/** A message that is not stored yet. */
export function OutgoingMessage({ exchange, onStopWaiting }: { exchange: Exchange; onStopWaiting: () => void }) {
  return (
    <>
      <MessageCard message={{ content: exchange.text }} savedVersion={exchange.savedVersion} isNote={!exchange.ask} />
      <StreamingAnswer exchange={exchange} onStopWaiting={onStopWaiting} />
    </>
  );
}

function OlderMessages({ isLoading, onLoad }: { isLoading: boolean; onLoad: () => void }) {
  return (
    <div className="mb-4 flex min-h-9 items-center justify-center text-sm text-dim">
      {isLoading ? (
        <span role="status" className="flex items-center gap-2">
          <Spinner />
          {words.thread.loadingOlder}
        </span>
      ) : (
        <Button variant="ghost" onClick={onLoad}>
          {words.thread.older}
        </Button>
      )}
    </div>
  );
}

function MessagesSkeleton() {
  return (
    <div role="status" className="flex flex-col gap-4">
      <span className="sr-only">{words.common.loading}</span>
      <Skeleton className="h-16" />
      <Skeleton className="h-4 w-1/3" />
      <Skeleton className="h-20" />
      <Skeleton className="h-16" />
      <Skeleton className="h-28" />
    </div>
  );
}
