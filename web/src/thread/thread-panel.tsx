/** The conversation panel: messages and composer. */
import { useQueryClient } from '@tanstack/react-query';
import { MessageSquareOff } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import { queryKeys } from '../api/queries';
import type { OpenSession } from '../api/session-cache';
import type { Thread } from '../api/types';
import { useEditor } from '../editor/controller';
import { Button } from '../ui/button';
import { EmptyState } from '../ui/empty-state';
import { words } from '../words';
import { type SendProblem, updateActivity, useActivity } from './activity';
import { Composer } from './composer';
import { linesOf, linesOfSelection, linesTitle } from './lines';
import { type MessageActions, MessageList, OutgoingMessage } from './message-list';
import { keyOf, type OpenThread } from './open-thread';
import { PanelHeader } from './panel-header';
import { askAgain, type SendContext, sendInNewThread, sendMessage } from './send-message';
import { useSessionVersion } from './session-version';
import { stopAnswer } from './stop-answer';
import { Subject } from './subject';

interface ThreadPanelProps {
  open: OpenThread;
  threads: Thread[];
  /** Called when a new thread is stored, before its first message is sent. */
  onOpened: (thread: Thread) => void;
  onClose: () => void;
}

export function ThreadPanel({ open, threads, onOpened, onClose }: ThreadPanelProps) {
  const editor = useEditor();
  const thread = useThread(open, threads);
  const key = keyOf(open, editor.sessionId);
  const field = useFocusOnOpen(key);
  const sendContext = useSendContext(open, key, onOpened);
  const activity = useActivity(key);
  const actions = useActions(sendContext, key);
  const lines = open.kind === 'new' ? linesOfSelection(open.selection) : thread ? linesOf(thread) : null;
  const title = linesTitle(lines);
  useClearHeldProblem(key, activity.problem);
  useCloseWhenDeleted(thread?.thread_id, open, onClose);
  const close = () => {
    onClose();
    editor.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // A menu or a dialog already handled this Escape.
    if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return;
    event.preventDefault();
    close();
  };
  if (open.kind === 'thread' && thread === undefined) return <DeletedThread onClose={close} />;
  const isIdle = activity.exchange === null;
  return (
    <section
      aria-label={thread === undefined ? words.thread.newPanel(title) : words.thread.panel(title)}
      onKeyDown={onKeyDown}
      className="relative flex h-full min-h-0 w-full min-w-0 flex-col bg-page"
    >
      <PanelHeader lines={lines} thread={thread} onClose={close} />
      {thread === undefined ? (
        <UnsavedThread open={open} activity={activity} onStopWaiting={actions.stop} />
      ) : (
        <MessageList
          key={thread.thread_id}
          thread={thread}
          activity={activity}
          subject={<ThreadSubject thread={thread} isEmpty={thread.message_count === 0 && isIdle} />}
          actions={actions}
        />
      )}
      <Composer
        draftKey={key}
        field={field}
        placeholder={placeholder(open, thread)}
        isNote={open.kind === 'new' && !open.ask}
        activity={activity}
        onSend={(newMessage) => void sendMessage(sendContext, newMessage)}
        onStop={actions.stop}
        onSendInNewThread={thread && ((newMessage) => void sendInNewThread(sendContext, thread, newMessage))}
      />
      <p role="status" className="sr-only">
        {activity.announcement}
      </p>
    </section>
  );
}

/** Returns the open thread. A thread stored just now may be only in the cache. */
function useThread(open: OpenThread, threads: Thread[]): Thread | undefined {
  const { sessionId } = useEditor();
  const client = useQueryClient();
  if (open.kind !== 'thread') return undefined;
  const isIt = ({ thread_id }: Thread) => thread_id === open.threadId;
  return threads.find(isIt) ?? client.getQueryData<OpenSession>(queryKeys.session(sessionId))?.threads.find(isIt);
}

/** Closes the panel when its thread is deleted from the list. */
function useCloseWhenDeleted(found: string | undefined, open: OpenThread, onClose: () => void): void {
  const lastShown = useRef<string>(undefined);
  const openId = open.kind === 'thread' ? open.threadId : undefined;
  useEffect(() => {
    // A switch to another conversation is not a deletion.
    const isDeleted = openId !== undefined && openId === lastShown.current && found === undefined;
    lastShown.current = found;
    if (isDeleted) onClose();
  }, [openId, found, onClose]);
}

/** Clears the "not sent" notice when the code is saved. */
function useClearHeldProblem(key: string, problem: SendProblem | null): void {
  const editor = useEditor();
  const version = useSessionVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version means a save.
  useEffect(() => {
    if (problem?.kind === 'held' && !editor.isDirty()) updateActivity(key, { problem: null });
  }, [editor, key, problem, version]);
}

function useSendContext(open: OpenThread, key: string, onOpened: (thread: Thread) => void): SendContext {
  const client = useQueryClient();
  const editor = useEditor();
  const shownKey = useRef<string | null>(null);
  useEffect(() => {
    shownKey.current = key;
    return () => {
      shownKey.current = null;
    };
  }, [key]);
  return useMemo(
    () => ({
      client,
      editor,
      open,
      // Do not switch back if the user closed the panel or opened another conversation.
      onOpened: (thread: Thread) => shownKey.current === key && onOpened(thread),
    }),
    [client, editor, open, key, onOpened],
  );
}

function useActions(context: SendContext, key: string): MessageActions {
  return useMemo(
    () => ({
      askAgain: (question) => void askAgain(context, question),
      askNewPatch: () => void sendMessage(context, { text: words.thread.newPatchQuestion, ask: true }),
      stop: () => void stopAnswer(context.client, key),
    }),
    [context, key],
  );
}

/** Focuses the field when a conversation opens. Not on touch devices, where the on-screen keyboard would open. */
function useFocusOnOpen(key: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once per conversation.
  useEffect(() => {
    if (!window.matchMedia('(pointer: coarse)').matches) field.current?.focus();
  }, [key]);
  return field;
}

function placeholder(open: OpenThread, thread: Thread | undefined): string {
  const { line, block, file, note, more } = words.thread.placeholders;
  if (thread !== undefined && thread.message_count > 0) return more;
  if (open.kind === 'new' && !open.ask) return note;
  const lines = thread === undefined ? open.kind === 'new' && linesOfSelection(open.selection) : linesOf(thread);
  if (!lines) return file;
  return lines.start === lines.end ? line : block;
}

function ThreadSubject({ thread, isEmpty }: { thread: Thread; isEmpty: boolean }) {
  const selected = thread.type === 'block' ? thread.selected_text : null;
  return <Subject selected={selected} prompt={isEmpty ? words.thread.startText[thread.type] : undefined} />;
}

interface UnsavedThreadProps {
  open: OpenThread;
  activity: ReturnType<typeof useActivity>;
  onStopWaiting: () => void;
}

/** A conversation that is not stored yet. */
function UnsavedThread({ open, activity: { exchange }, onStopWaiting }: UnsavedThreadProps) {
  if (open.kind !== 'new') return null;
  const { selection, ask } = open;
  const prompt = ask ? words.thread.startText[selection === null ? 'file' : 'block'] : words.thread.startText.note;
  return (
    <div className="relative min-h-0 flex-1 overflow-y-auto px-4 py-4">
      <Subject selected={selection?.text ?? null} prompt={exchange === null ? prompt : undefined} />
      {exchange !== null && (
        <div className="flex flex-col gap-4">
          <OutgoingMessage exchange={exchange} onStopWaiting={onStopWaiting} />
        </div>
      )}
    </div>
  );
}

function DeletedThread({ onClose }: { onClose: () => void }) {
  return (
    <section aria-label={words.thread.deletedTitle} className="flex h-full w-full flex-col justify-center bg-page">
      <EmptyState
        icon={<MessageSquareOff size={48} strokeWidth={1.25} />}
        title={words.thread.deletedTitle}
        text={words.thread.deletedNext}
        action={<Button onClick={onClose}>{words.thread.close}</Button>}
      />
    </section>
  );
}
