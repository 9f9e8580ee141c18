/** An open session: the bar, its conversations, the code, and the conversation that is open beside it. Loaded with Monaco. */
import { useEffect, useRef, useState } from 'react';
import type { Session, Thread } from '../api/types';
import { Page } from '../page/layout';
import { useTheme } from '../page/theme';
import { ThreadPanel } from '../thread/thread-panel';
import { ThreadRail } from '../thread/thread-rail';
import { useMedia } from '../ui/use-media';
import { words } from '../words';
import { EditorContext } from './controller';
import { MergeDialog } from './merge/merge-dialog';
import { monacoLanguage } from './monaco/languages';
import { monaco } from './monaco/monaco';
import { monacoTheme } from './monaco/themes';
import { Bar, NarrowBar, TouchHint } from './parts/bar';
import { CodeMenu } from './parts/code-menu';
import { Drawer } from './parts/drawer';
import { FileMenu } from './parts/file-menu';
import { GoToLine } from './parts/go-to-line';
import { LeaveGuard } from './parts/leave-guard';
import { MarkMenu, MarkTip } from './parts/mark-menu';
import { Notices } from './parts/notices';
import type { Opened } from './session-api';
import type { SessionEditor } from './session-editor';
import type { EditorState } from './state';
import { useEditorState, useMetadata, useOpenSession, useSaveKey, useSessionEditor } from './use-session-editor';

/** From this width on the conversations stand beside the code. */
const WIDE = '(min-width: 1100px)';

/** The editor once it is there, and what it shows. */
interface Live {
  editor: SessionEditor;
  state: EditorState;
  session: Session;
  threads: Thread[];
}

export default function Workspace({ opened, userId }: { opened: Opened; userId: string }) {
  const node = useRef<HTMLDivElement>(null);
  const editor = useSessionEditor(node, opened, userId);
  const state = useEditorState(editor);
  const { session, threads } = useOpenSession(opened);
  const isWide = useMedia(WIDE);
  const [isRailOpen, setIsRailOpen] = useState(false);
  useShown(editor, session, threads);
  const live: Live | null = editor && state && { editor, state, session, threads };
  return (
    <EditorContext value={editor}>
      <Page title={session.filename} isFull bar={live ? <LiveBar {...live} /> : <span />}>
        {live && !isWide && <LiveNarrowBar {...live} onConversations={() => setIsRailOpen(true)} />}
        <div className="flex min-h-0 flex-1">
          {isWide && (
            <aside aria-label={words.editor.conversations} className="w-[232px] shrink-0 border-r border-line">
              {live && <Rail {...live} />}
            </aside>
          )}
          <div className="flex min-w-0 flex-1 flex-col bg-sunken">
            {live && <Notices editor={live.editor} state={live.state} />}
            {live?.threads.length === 0 && <TouchHint />}
            <div ref={node} className="min-h-0 flex-1" />
          </div>
          {isWide && live?.state.open && (
            <aside aria-label={words.editor.conversation} className="w-[450px] shrink-0 border-l border-line">
              <Panel {...live} />
            </aside>
          )}
        </div>
        {live && !isWide && <Drawers {...live} isRailOpen={isRailOpen} onRail={setIsRailOpen} />}
        {live && <Dialogs {...live} />}
      </Page>
    </EditorContext>
  );
}

/** The editor shows the theme, the language, the name and the threads. */
function useShown(editor: SessionEditor | null, session: Session, threads: Thread[]): void {
  const { theme } = useTheme();
  const language = monacoLanguage(session.language_override ?? session.language_detected);
  useEffect(() => monaco.editor.setTheme(monacoTheme(theme)), [theme]);
  useEffect(() => editor?.setLanguage(language), [editor, language]);
  useEffect(() => editor?.setName(session.filename), [editor, session.filename]);
  useEffect(() => editor?.setThreads(threads), [editor, threads]);
}

function LiveBar({ editor, state, session }: Live) {
  const { rename, setLanguage } = useMetadata(session);
  useSaveKey(editor);
  return (
    <Bar
      session={session}
      state={state}
      onRename={rename}
      onLanguage={setLanguage}
      onSave={() => void editor.saveNow()}
      onRestoreBackup={() => void editor.reconciler.restoreBackup()}
      menu={<FileMenu editor={editor} name={session.filename} />}
    />
  );
}

function LiveNarrowBar({ editor, state, session, threads, onConversations }: Live & { onConversations: () => void }) {
  const { setLanguage } = useMetadata(session);
  return (
    <NarrowBar
      session={session}
      state={state}
      threadCount={threads.length}
      onLanguage={setLanguage}
      onConversations={onConversations}
      onAsk={() => editor.ask(true)}
    />
  );
}

function Rail({ editor, state: { open }, threads }: Live) {
  return (
    <ThreadRail
      threads={threads}
      selected={open?.kind === 'thread' ? open.threadId : null}
      onSelect={(threadId) => editor.open({ kind: 'thread', threadId })}
      onNew={() => editor.open({ kind: 'new', selection: null, ask: true })}
    />
  );
}

function Panel({ editor, state: { open }, threads }: Live) {
  if (open === null) return null;
  return (
    <ThreadPanel
      open={open}
      threads={threads}
      onOpened={({ thread_id }) => editor.open({ kind: 'thread', threadId: thread_id })}
      onClose={() => editor.open(null)}
    />
  );
}

interface DrawersProps extends Live {
  isRailOpen: boolean;
  onRail: (isOpen: boolean) => void;
}

/** Where there is no room beside the code. One is open at a time. */
function Drawers({ isRailOpen, onRail, ...live }: DrawersProps) {
  const { editor, state } = live;
  const isPanelOpen = state.open !== null;
  useEffect(() => {
    if (isPanelOpen) onRail(false);
  }, [isPanelOpen, onRail]);
  return (
    <>
      <Drawer side="left" title={words.editor.conversations} isOpen={isRailOpen} onClose={() => onRail(false)}>
        <Rail {...live} />
      </Drawer>
      <Drawer
        side="right"
        title={words.editor.conversation}
        isOpen={isPanelOpen && !isRailOpen}
        onClose={() => editor.open(null)}
      >
        <Panel {...live} />
      </Drawer>
    </>
  );
}

function Dialogs({ editor, state }: Live) {
  const { merge, choice, pointed, menu, isGoing, lineCount } = state;
  const { reconciler } = editor;
  return (
    <>
      {merge !== null && (
        <MergeDialog
          merge={merge}
          language={editor.monacoLanguage()}
          onSave={(merged) => reconciler.saveOver(merge.theirs, merged)}
          onTheirs={() => reconciler.takeTheirs(merge.theirs)}
          onLater={() => editor.closeMerge()}
        />
      )}
      {choice !== null && (
        <MarkMenu
          choice={choice}
          onSelect={(threadId) => editor.open({ kind: 'thread', threadId })}
          onEscape={() => editor.focus()}
          onClose={() => editor.state.set({ choice: null })}
        />
      )}
      {menu !== null && <CodeMenu at={menu} editor={editor} onClose={() => editor.state.set({ menu: null })} />}
      {isGoing && (
        <GoToLine
          last={lineCount}
          onGo={(line) => editor.goTo(line)}
          onClose={() => editor.state.set({ isGoing: false })}
        />
      )}
      {pointed !== null && choice === null && (
        <MarkTip pointed={pointed} onClose={() => editor.state.set({ pointed: null })} />
      )}
      <LeaveGuard editor={editor} />
    </>
  );
}
