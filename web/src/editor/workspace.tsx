/** The workspace of an open session: bar, conversations, code, and the open conversation. Loaded with Monaco. */
import { useEffect, useRef, useState } from 'react';
import type { Session, Thread } from '../api/types';
import { Page } from '../page/layout';
import { useTheme } from '../page/theme';
import { ThreadPanel } from '../thread/thread-panel';
import { ThreadRail } from '../thread/thread-rail';
import { Drawer } from '../ui/drawer';
import { useMediaQuery } from '../ui/use-media-query';
import { words } from '../words';
import { EditorBar, NarrowBar, TouchHint } from './bar/editor-bar';
import { FileMenu } from './bar/file-menu';
import { CodeMenu } from './code-menu';
import { EditorContext } from './controller';
import { EditorNotices } from './editor-notices';
import { GoToLine } from './go-to-line';
import { LeaveGuard } from './leave-guard';
import { MergeDialog } from './merge/merge-dialog';
import { toMonacoLanguage } from './monaco/languages';
import { monaco } from './monaco/monaco';
import { monacoThemeName } from './monaco/themes';
import type { OpenedSession } from './session-api';
import type { SessionEditor } from './session-editor';
import type { EditorState } from './state';
import { MarkMenu, MarkTooltip } from './threads/mark-menu';
import { useEditMetadata, useEditorState, useOpenSession, useSaveKey, useSessionEditor } from './use-session-editor';

/** On wide windows, the conversations are beside the code. */
const WIDE = '(min-width: 1100px)';

/** The editor and its state, once it is created. */
interface WorkspaceState {
  editor: SessionEditor;
  state: EditorState;
  session: Session;
  threads: Thread[];
}

export default function Workspace({ opened, userId }: { opened: OpenedSession; userId: string }) {
  const node = useRef<HTMLDivElement>(null);
  const editor = useSessionEditor(node, opened, userId);
  const state = useEditorState(editor);
  const { session, threads } = useOpenSession(opened);
  const isWide = useMediaQuery(WIDE);
  const [isRailOpen, setIsRailOpen] = useState(false);
  useSyncEditor(editor, session, threads);
  const workspace: WorkspaceState | null = editor && state && { editor, state, session, threads };
  return (
    <EditorContext value={editor}>
      <Page title={session.filename} isFull bar={workspace ? <WorkspaceBar {...workspace} /> : <span />}>
        {workspace && !isWide && <WorkspaceNarrowBar {...workspace} onConversations={() => setIsRailOpen(true)} />}
        <div className="flex min-h-0 flex-1">
          {isWide && (
            <aside aria-label={words.editor.conversations} className="w-[232px] shrink-0 border-r border-line">
              {workspace && <ThreadList {...workspace} />}
            </aside>
          )}
          <div className="flex min-w-0 flex-1 flex-col bg-sunken">
            {workspace && <EditorNotices editor={workspace.editor} state={workspace.state} />}
            {workspace?.threads.length === 0 && <TouchHint />}
            <div ref={node} className="min-h-0 flex-1" />
          </div>
          {isWide && workspace?.state.open && (
            <aside aria-label={words.editor.conversation} className="w-[450px] shrink-0 border-l border-line">
              <OpenThreadPanel {...workspace} />
            </aside>
          )}
        </div>
        {workspace && !isWide && <Drawers {...workspace} isRailOpen={isRailOpen} onRail={setIsRailOpen} />}
        {workspace && <Dialogs {...workspace} />}
      </Page>
    </EditorContext>
  );
}

/** Passes the theme, the language, the name and the threads to the editor. */
function useSyncEditor(editor: SessionEditor | null, session: Session, threads: Thread[]): void {
  const { theme } = useTheme();
  const language = toMonacoLanguage(session.language_override ?? session.language_detected);
  useEffect(() => monaco.editor.setTheme(monacoThemeName(theme)), [theme]);
  useEffect(() => editor?.setLanguage(language), [editor, language]);
  useEffect(() => editor?.setName(session.filename), [editor, session.filename]);
  useEffect(() => editor?.setThreads(threads), [editor, threads]);
}

function WorkspaceBar({ editor, state, session }: WorkspaceState) {
  const { rename, setLanguage } = useEditMetadata(session);
  useSaveKey(editor);
  return (
    <EditorBar
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

function WorkspaceNarrowBar({
  editor,
  state,
  session,
  threads,
  onConversations,
}: WorkspaceState & { onConversations: () => void }) {
  const { setLanguage } = useEditMetadata(session);
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

function ThreadList({ editor, state: { open }, threads }: WorkspaceState) {
  return (
    <ThreadRail
      threads={threads}
      selected={open?.kind === 'thread' ? open.threadId : null}
      onSelect={(threadId) => editor.open({ kind: 'thread', threadId })}
      onNew={() => editor.open({ kind: 'new', selection: null, ask: true })}
    />
  );
}

function OpenThreadPanel({ editor, state: { open }, threads }: WorkspaceState) {
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

interface DrawersProps extends WorkspaceState {
  isRailOpen: boolean;
  onRail: (isOpen: boolean) => void;
}

/** Drawers for narrow windows. One is open at a time. */
function Drawers({ isRailOpen, onRail, ...live }: DrawersProps) {
  const { editor, state } = live;
  const isPanelOpen = state.open !== null;
  useEffect(() => {
    if (isPanelOpen) onRail(false);
  }, [isPanelOpen, onRail]);
  return (
    <>
      <Drawer side="left" title={words.editor.conversations} isOpen={isRailOpen} onClose={() => onRail(false)}>
        <ThreadList {...live} />
      </Drawer>
      <Drawer
        side="right"
        title={words.editor.conversation}
        isOpen={isPanelOpen && !isRailOpen}
        onClose={() => editor.open(null)}
      >
        <OpenThreadPanel {...live} />
      </Drawer>
    </>
  );
}

function Dialogs({ editor, state }: WorkspaceState) {
  const { merge, clickedMark, hoveredMark, menu, isGoToLineOpen, lineCount } = state;
  const { reconciler } = editor;
  return (
    <>
      {merge !== null && (
        <MergeDialog
          merge={merge}
          language={editor.languageId()}
          onSave={(merged) => reconciler.saveOver(merge.theirs, merged)}
          onTheirs={() => reconciler.takeTheirs(merge.theirs)}
          onLater={() => editor.closeMerge()}
        />
      )}
      {clickedMark !== null && (
        <MarkMenu
          choice={clickedMark}
          onSelect={(threadId) => editor.open({ kind: 'thread', threadId })}
          onEscape={() => editor.focus()}
          onClose={() => editor.state.set({ clickedMark: null })}
        />
      )}
      {menu !== null && <CodeMenu at={menu} editor={editor} onClose={() => editor.state.set({ menu: null })} />}
      {isGoToLineOpen && (
        <GoToLine
          last={lineCount}
          onGo={(line) => editor.goTo(line)}
          onClose={() => editor.state.set({ isGoToLineOpen: false })}
        />
      )}
      {hoveredMark !== null && clickedMark === null && (
        <MarkTooltip pointed={hoveredMark} onClose={() => editor.state.set({ hoveredMark: null })} />
      )}
      <LeaveGuard editor={editor} />
    </>
  );
}
