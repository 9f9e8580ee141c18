/** An open session: its text in Monaco, its saves and drafts, its conversations. The page watches `state`. */
import type { QueryClient } from '@tanstack/react-query';
import type { editor } from 'monaco-editor/editor';
import { setSession } from '../api/session-cache';
import type { Session, Thread } from '../api/types';
import { toastError } from '../page/failure';
import type { OpenThread } from '../thread/open-thread';
import { endToasts, toast } from '../ui/toast';
import { words } from '../words';
import type { EditorController, SaveOutcome } from './controller';
import { drafts, type Slot } from './drafts';
import { Keeper } from './drafts/keeper';
import { monaco } from './monaco/monaco';
import { SHARED_OPTIONS } from './monaco/options';
import { Conversations } from './parts/conversations';
import { TabKey } from './parts/tab-key';
import { OtherTabs } from './saving/other-tabs';
import { Reconciler } from './saving/reconciler';
import { Saver } from './saving/saver';
import { type Opened, openSession, putCode } from './session-api';
import { type EditorState, initialState } from './state';
import { Store } from './store';
import { Document } from './text/document';
import { split } from './text/line-ends';
import { isEmpty } from './text/selection';

interface Wiring {
  node: HTMLElement;
  opened: Opened;
  userId: string;
  language: string;
  client: QueryClient;
}

/** From this many lines on everything that looks at the whole text after each edit is off. */
const LARGE_LINES = 20_000;

export class SessionEditor implements EditorController {
  readonly state: Store<EditorState>;
  readonly sessionId: string;
  readonly reconciler: Reconciler;
  private readonly document: Document;
  private readonly editor: editor.IStandaloneCodeEditor;
  private readonly model: editor.ITextModel;
  private readonly keeper: Keeper;
  private readonly saver: Saver;
  private readonly conversations: Conversations;
  readonly tabKey: TabKey;
  private readonly tabs: OtherTabs;
  private readonly client: QueryClient;
  /** The version whose time `savedAt` is. */
  private savedVersion: number;

  constructor({ node, opened, userId, language, client }: Wiring) {
    const { session, code, etag } = opened;
    this.sessionId = session.session_id;
    this.client = client;
    this.savedVersion = session.version_number;
    const slot: Slot = { userId, sessionId: this.sessionId };
    this.model = createModel(code, language);
    this.state = new Store<EditorState>(initialState(session, this.model.getLineCount()));
    this.document = new Document(this.model, code, session.version_number);
    this.editor = createEditor(node, this.model, session.filename);
    this.conversations = new Conversations(this.editor, this.model, this.state);
    this.keeper = new Keeper(drafts, slot, this.document, () =>
      toast('warning', words.editor.storageFull, { description: words.editor.storageFullNext, id: 'storage' }),
    );
    this.saver = this.createSaver();
    const { state, document, saver, keeper } = this;
    const onSession = (head: Session, threads: Thread[]) => this.takeSession(head, threads);
    this.reconciler = new Reconciler({ state, document, saver, keeper, drafts, slot, onSession }, etag);
    this.tabKey = new TabKey(this.editor);
    this.tabs = new OtherTabs(this.sessionId, () => void this.reconciler.refresh());
    node.addEventListener('contextmenu', (event) => this.showMenu(event));
    this.document.subscribe(() => state.set({ isDirty: this.document.isDirty() }));
    this.model.onDidChangeContent(() => state.set({ lineCount: this.model.getLineCount() }));
    void this.reconciler.restore().catch(toastError);
  }

  dispose(): void {
    endToasts(this.sessionId);
    this.reconciler.dispose();
    this.tabKey.dispose();
    this.tabs.dispose();
    this.saver.dispose();
    this.keeper.dispose();
    this.conversations.dispose();
    this.document.dispose();
    this.editor.dispose();
    this.model.dispose();
  }

  // What the conversation asks of the editor.

  version(): number {
    return this.document.version;
  }

  text(): string {
    return this.document.text();
  }

  isDirty(): boolean {
    return this.document.isDirty();
  }

  monacoLanguage(): string {
    return this.model.getLanguageId();
  }

  save(): Promise<SaveOutcome> {
    return this.saver.save();
  }

  applyLines(startLine: number, endLine: number, replacement: string, session: Session, threads: Thread[]): void {
    if (this.document.isDirty()) {
      // Edited while the server applied it: what is unsaved is merged with the result.
      void this.reload().catch(toastError);
      return;
    }
    this.document.replaceLines(startLine, endLine, replacement);
    const snapshot = this.document.snapshot();
    // Where line ends are mixed the server may choose other ones.
    const isMixed = snapshot.ends.pieces !== null;
    this.document.markSaved(snapshot, session.version_number);
    this.takeSession(session, threads);
    this.tabs.saved();
    this.reveal(startLine, startLine);
    if (isMixed || new TextEncoder().encode(snapshot.text).length !== session.code_bytes)
      void this.reload().catch(toastError);
  }

  undo(): void {
    this.step(() => this.model.undo());
  }

  reload(): Promise<void> {
    return this.reconciler.reload();
  }

  reveal(startLine: number, endLine: number): void {
    this.editor.revealLinesInCenterIfOutsideViewport(startLine, endLine);
  }

  focus(): void {
    this.editor.focus();
  }

  goTo(lineNumber: number): void {
    this.editor.setPosition({ lineNumber, column: 1 });
    this.editor.revealLineInCenter(lineNumber);
    this.editor.focus();
  }

  // What the page asks of it.

  redo(): void {
    this.step(() => this.model.redo());
  }

  canUndo(): boolean {
    return this.model.canUndo();
  }

  canRedo(): boolean {
    return this.model.canRedo();
  }

  setLanguage(language: string): void {
    monaco.editor.setModelLanguage(this.model, language);
  }

  setName(name: string): void {
    this.editor.updateOptions({ ariaLabel: words.editor.code(name) });
  }

  setThreads(threads: Thread[]): void {
    this.conversations.update(threads, !this.document.isDirty());
  }

  open(open: OpenThread | null): void {
    this.conversations.open(open);
  }

  ask(ask: boolean): void {
    this.conversations.ask(ask);
  }

  /** Does one of Monaco's own commands. */
  run(command: string): void {
    this.editor.focus();
    this.editor.trigger('menu', command, null);
  }

  /** Saves, and tells what is wrong. */
  async saveNow(): Promise<void> {
    try {
      await this.save();
    } catch (error) {
      // A limit is counted down in the bar, and the save goes out by itself.
      if (this.saver.phase !== 'limited') this.tellFailure(error);
    }
  }

  private tellFailure(error: unknown): void {
    toastError(error, () => void this.saveNow(), this.sessionId);
  }

  closeMerge(): void {
    this.state.set({ merge: null, told: this.saver.phase === 'conflict' ? { kind: 'elsewhere' } : null });
  }

  /** Undoes or redoes by the model: Monaco's commands act where the focus is, and in the code it would open a phone's keyboard. */
  private step(take: () => void): void {
    let changed: number | undefined;
    const watch = this.model.onDidChangeContent(({ changes: [first] }) => {
      changed = first?.range.startLineNumber;
    });
    take();
    watch.dispose();
    if (changed !== undefined) this.reveal(changed, changed);
  }

  private showMenu(event: MouseEvent): void {
    // In the find field the browser's own menu has what is needed.
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) {
      if (event.target.closest('.find-widget') !== null) return;
    }
    event.preventDefault();
    const isByKey = event.button !== 2;
    const cursor = this.editor.getPosition();
    const place = isByKey && cursor ? this.editor.getScrolledVisiblePosition(cursor) : null;
    const { left, top } = this.editor.getContainerDomNode().getBoundingClientRect();
    const selection = this.editor.getSelection();
    const isSelected = selection !== null && !isEmpty(selection);
    const at = place
      ? { x: left + place.left, y: top + place.top + place.height }
      : { x: event.clientX, y: event.clientY };
    this.state.set({ menu: { ...at, isSelected }, pointed: null });
  }

  private createSaver(): Saver {
    return new Saver({
      document: this.document,
      keeper: this.keeper,
      put: (version, text) => putCode(this.sessionId, version, text),
      read: () => openSession(this.sessionId),
      onLate: (error) => this.tellFailure(error),
      onState: (save) => this.state.set({ save }),
      onSaved: ({ session, threads }) => {
        this.takeSession(session, threads);
        this.state.set({ told: null });
        this.tabs.saved();
      },
      onConflict: (theirs) => {
        const merge = { mine: this.document.text(), theirs, base: this.document.base };
        this.state.set({ merge, told: null });
      },
    });
  }

  private takeSession(session: Session, threads: Thread[]): void {
    setSession(this.client, session, threads);
    // A new name or language is no save of the code.
    const isSave = session.version_number > this.savedVersion;
    this.savedVersion = session.version_number;
    if (isSave) this.state.set({ savedAt: new Date(session.updated_at) });
    this.setThreads(threads);
  }
}

function createModel(code: string, language: string): editor.ITextModel {
  const model = monaco.editor.createModel(split(code).content, language);
  // Line ends are the document's affair.
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  return model;
}

function createEditor(node: HTMLElement, model: editor.ITextModel, name: string): editor.IStandaloneCodeEditor {
  const isLarge = model.getLineCount() > LARGE_LINES;
  const made = monaco.editor.create(node, {
    ...SHARED_OPTIONS,
    model,
    ariaLabel: words.editor.code(name),
    glyphMargin: true,
    lineNumbersMinChars: 4,
    hideCursorInOverviewRuler: true,
    padding: { top: 12, bottom: 12 },
    renderLineHighlight: 'line',
    folding: !isLarge,
    matchBrackets: isLarge ? 'never' : 'always',
    occurrencesHighlight: isLarge ? 'off' : 'singleFile',
    selectionHighlight: !isLarge,
  });
  // Making an editor sets the model's options, so these come after it.
  model.updateOptions({
    trimAutoWhitespace: false,
    bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
  });
  return made;
}
