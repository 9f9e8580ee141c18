/** A conversation: its questions and answers, and the field for the next one. */
import { useQueryClient } from '@tanstack/react-query';
import { MessageSquareOff } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import { keys } from '../api/queries';
import type { OpenSession } from '../api/session-cache';
import type { Thread } from '../api/types';
import { useEditor } from '../editor/controller';
import { Button } from '../ui/button';
import { Empty } from '../ui/empty';
import { words } from '../words';
import { change, type Problem, useActivity } from './activity';
import { askAgain, type Desk, say, sayAnew } from './asking';
import { Composer } from './composer';
import { linesOf, linesOfSelection, linesTitle } from './lines';
import { type Actions, MessageList, Sent } from './message-list';
import { keyOf, type OpenThread } from './open-thread';
import { PanelHeader } from './panel-header';
import { useSessionVersion } from './session-version';
import { stop } from './stopping';
import { Subject } from './subject';

interface ThreadPanelProps {
  open: OpenThread;
  threads: Thread[];
  /** A new conversation was stored, with its first message on the way. */
  onOpened: (thread: Thread) => void;
  onClose: () => void;
}

export function ThreadPanel({ open, threads, onOpened, onClose }: ThreadPanelProps) {
  const editor = useEditor();
  const thread = useThread(open, threads);
  const key = keyOf(open, editor.sessionId);
  const field = useFocusOnOpening(key);
  const desk = useDesk(open, key, onOpened);
  const activity = useActivity(key);
  const actions = useActions(desk, key);
  const lines = open.kind === 'new' ? linesOfSelection(open.selection) : thread ? linesOf(thread) : null;
  const title = linesTitle(lines);
  useHeldUntilSaved(key, activity.problem);
  useCloseWhenDeleted(thread?.thread_id, open, onClose);
  const close = () => {
    onClose();
    editor.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Escape that closed a menu or a dialog has done its work.
    if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return;
    event.preventDefault();
    close();
  };
  if (open.kind === 'thread' && thread === undefined) return <Gone onClose={close} />;
  const isIdle = activity.exchange === null;
  return (
    <section
      aria-label={thread === undefined ? words.thread.newPanel(title) : words.thread.panel(title)}
      onKeyDown={onKeyDown}
      className="relative flex h-full min-h-0 w-full min-w-0 flex-col bg-page"
    >
      <PanelHeader lines={lines} thread={thread} onClose={close} />
      {thread === undefined ? (
        <Beginning open={open} activity={activity} onStopWaiting={actions.stop} />
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
        onSend={(said) => void say(desk, said)}
        onStop={actions.stop}
        onSendAnew={thread && ((said) => void sayAnew(desk, thread, said))}
      />
      <p role="status" className="sr-only">
        {activity.announcement}
      </p>
    </section>
  );
}

/** The stored conversation that is open. One that was stored a moment ago may not be among the threads yet. */
function useThread(open: OpenThread, threads: Thread[]): Thread | undefined {
  const { sessionId } = useEditor();
  const client = useQueryClient();
  if (open.kind !== 'thread') return undefined;
  const isIt = ({ thread_id }: Thread) => thread_id === open.threadId;
  return threads.find(isIt) ?? client.getQueryData<OpenSession>(keys.session(sessionId))?.threads.find(isIt);
}

/** The list can delete the conversation that is open here. */
function useCloseWhenDeleted(found: string | undefined, open: OpenThread, onClose: () => void): void {
  const shown = useRef<string>(undefined);
  const wanted = open.kind === 'thread' ? open.threadId : undefined;
  useEffect(() => {
    // Another conversation, or a new one, takes the place of the one that was shown: that is no deletion.
    const isDeleted = wanted !== undefined && wanted === shown.current && found === undefined;
    shown.current = found;
    if (isDeleted) onClose();
  }, [wanted, found, onClose]);
}

/** What waited for a save no longer does when the code is saved. */
function useHeldUntilSaved(key: string, problem: Problem | null): void {
  const editor = useEditor();
  const version = useSessionVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is a save.
  useEffect(() => {
    if (problem?.kind === 'held' && !editor.isDirty()) change(key, { problem: null });
  }, [editor, key, problem, version]);
}

function useDesk(open: OpenThread, key: string, onOpened: (thread: Thread) => void): Desk {
  const client = useQueryClient();
  const editor = useEditor();
  const shown = useRef<string | null>(null);
  useEffect(() => {
    shown.current = key;
    return () => {
      shown.current = null;
    };
  }, [key]);
  return useMemo(
    () => ({
      client,
      editor,
      open,
      // A user who closed the panel meanwhile, or opened another conversation, stays there.
      onOpened: (thread: Thread) => shown.current === key && onOpened(thread),
    }),
    [client, editor, open, key, onOpened],
  );
}

function useActions(desk: Desk, key: string): Actions {
  return useMemo(
    () => ({
      askAgain: (question) => void askAgain(desk, question),
      askNew: () => void say(desk, { text: words.thread.newPatchQuestion, ask: true }),
      stop: () => void stop(desk.client, key),
    }),
    [desk, key],
  );
}

/** The field has the focus when another conversation opens; where that would open a keyboard over it, it has not. */
function useFocusOnOpening(key: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key is another conversation.
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

interface BeginningProps {
  open: OpenThread;
  activity: ReturnType<typeof useActivity>;
  onStopWaiting: () => void;
}

/** A conversation that is not stored yet. */
function Beginning({ open, activity: { exchange }, onStopWaiting }: BeginningProps) {
  if (open.kind !== 'new') return null;
  const { selection, ask } = open;
  const prompt = ask ? words.thread.startText[selection === null ? 'file' : 'block'] : words.thread.startText.note;
  return (
    <div className="relative min-h-0 flex-1 overflow-y-auto px-4 py-4">
      <Subject selected={selection?.text ?? null} prompt={exchange === null ? prompt : undefined} />
      {exchange !== null && (
        <div className="flex flex-col gap-4">
          <Sent exchange={exchange} onStopWaiting={onStopWaiting} />
        </div>
      )}
    </div>
  );
}

function Gone({ onClose }: { onClose: () => void }) {
  return (
    <section aria-label={words.thread.isGone} className="flex h-full w-full flex-col justify-center bg-page">
      <Empty
        icon={<MessageSquareOff size={48} strokeWidth={1.25} />}
        title={words.thread.isGone}
        text={words.thread.isGoneNext}
        action={<Button onClick={onClose}>{words.thread.close}</Button>}
      />
    </section>
  );
}
