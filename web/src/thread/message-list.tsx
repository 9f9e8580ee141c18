/** The messages of a conversation, oldest first, with the answer that is being written in its place. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { memo, type ReactNode, useMemo } from 'react';
import type { ApiError } from '../api/error';
import type { Message, Thread, UserMessage } from '../api/types';
import { Failure } from '../page/failure';
import { Button } from '../ui/button';
import { Skeleton } from '../ui/skeleton';
import { Spinner } from '../ui/spinner';
import { words } from '../words';
import type { Activity } from './activity';
import { Answer } from './answer';
import type { Exchange } from './exchange';
import { useFollowEnd } from './follow-end';
import { isNote, isQuestion, merged, messagesQuery, placeIn } from './messages';
import { Said, Unanswered } from './question';
import { Writing } from './writing';

/** So near to the top the next page is read. */
const NEAR_TOP = 240;

interface MessageListProps {
  thread: Thread;
  activity: Activity;
  /** What the conversation is about, which stands above its first message. */
  subject: ReactNode;
  actions: Actions;
}

/** What can be done with messages. The same object for as long as the same conversation is open. */
export interface Actions {
  askAgain: (question: UserMessage) => void;
  /** Asks for a patch that fits the code as it is now. */
  askNew: () => void;
  stop: () => void;
}

export function MessageList({ thread, activity, subject, actions }: MessageListProps) {
  const { exchange } = activity;
  const query = useInfiniteQuery(messagesQuery(thread.thread_id));
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = query;
  const messages = useMemo(() => shown(query.data?.pages ?? [], exchange?.question), [query.data, exchange?.question]);
  // A question that is asked again keeps its place, and the reader theirs.
  const sent = exchange === null || exchange.question !== null ? null : exchange.text;
  const { container, onScroll } = useFollowEnd(messages[0]?.message_id, sent, [messages, exchange]);
  const older = () => void (hasNextPage && !isFetchingNextPage && fetchNextPage());
  // A note below an answer changes nothing about what is to be done with it.
  const latest = messages.findLastIndex((message) => !isNote(message));
  const isExpired = query.data?.pages.some((page) => page.older_messages_expired) ?? false;
  return (
    <div
      ref={container}
      onScroll={() => {
        onScroll();
        if ((container.current?.scrollTop ?? NEAR_TOP) < NEAR_TOP && !isFetchNextPageError) older();
      }}
      className="relative min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 py-4 [overflow-anchor:none]"
    >
      {query.data === undefined ? (
        query.error === null ? (
          <Outline />
        ) : (
          <Failure error={query.error} onRetry={() => void query.refetch()} />
        )
      ) : (
        <>
          {hasNextPage ? <Older isLoading={isFetchingNextPage} onWanted={older} /> : subject}
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
                <Sent exchange={exchange} onStopWaiting={actions.stop} />
              </li>
            )}
          </ol>
        </>
      )}
    </div>
  );
}

/** All that is known. The answer that is being written stands for itself, also where it has been read already. */
function shown(pages: { messages: Message[] }[], live: UserMessage | null | undefined): Message[] {
  const stored = pages.flatMap((page) => page.messages);
  if (live == null) return merged(stored);
  const answer = placeIn(live.message_id) + 1;
  return merged(
    stored.filter(({ role, message_id }) => role !== 'ai' || placeIn(message_id) !== answer),
    [live],
  );
}

interface RowProps {
  message: Message;
  /** Whether nothing was asked after it. */
  isLatest: boolean;
  thread: Thread;
  /** Of the question that is being answered: how far that is. */
  live: Exchange | null;
  /** Whether another question can be asked. */
  isIdle: boolean;
  failure: ApiError | undefined;
  saved: number | undefined;
  stopped: string | undefined;
  actions: Actions;
}

/** With hundreds of messages, only the one that changes is rendered while an answer is written. */
const Row = memo(function Row(props: RowProps) {
  const { message, isLatest, thread, live, isIdle, failure, saved, stopped, actions } = props;
  if (!isQuestion(message)) {
    return <Answer {...{ answer: message, thread, isLatest, onAskNew: isIdle ? actions.askNew : undefined }} />;
  }
  const { reply_state: state } = message;
  return (
    <>
      <Said message={message} savedVersion={saved ?? live?.savedVersion} isNote={isNote(message)} />
      {live === null ? (
        <Unanswered
          question={message}
          failure={state === 'answered' ? undefined : failure}
          stopped={stopped}
          onAskAgain={isIdle ? () => actions.askAgain(message) : undefined}
        />
      ) : (
        state === 'pending' && <Writing exchange={live} onStopWaiting={actions.stop} />
      )}
    </>
  );
});

/** A message on its way to the server. */
export function Sent({ exchange, onStopWaiting }: { exchange: Exchange; onStopWaiting: () => void }) {
  return (
    <>
      <Said message={{ content: exchange.text }} savedVersion={exchange.savedVersion} isNote={!exchange.ask} />
      <Writing exchange={exchange} onStopWaiting={onStopWaiting} />
    </>
  );
}

function Older({ isLoading, onWanted }: { isLoading: boolean; onWanted: () => void }) {
  return (
    <div className="mb-4 flex min-h-9 items-center justify-center text-sm text-dim">
      {isLoading ? (
        <span role="status" className="flex items-center gap-2">
          <Spinner />
          {words.thread.loadingOlder}
        </span>
      ) : (
        <Button look="ghost" onClick={onWanted}>
          {words.thread.older}
        </Button>
      )}
    </div>
  );
}

function Outline() {
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
