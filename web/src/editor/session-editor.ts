/** The editor of an open session: Monaco, saves, drafts and conversations. Components observe `state`. */
import type { QueryClient } from '@tanstack/react-query';
import type { editor } from 'monaco-editor/editor';
import { setSession } from '../api/session-cache';
import type { Session, Thread } from '../api/types';
import { toastError } from '../page/error-notice';
import type { OpenThread } from '../thread/open-thread';
import { dismissToasts, toast } from '../ui/toast';
import { words } from '../words';
import type { EditorController, SaveOutcome } from './controller';
import { DraftAutosave } from './drafts/draft-autosave';
import { drafts, type Slot } from './drafts/drafts';
import { monaco } from './monaco/monaco';
import { SHARED_OPTIONS } from './monaco/options';
import { TabKey } from './monaco/tab-key';
import { Reconciler } from './saving/reconciler';
import { Saver } from './saving/saver';
import { TabSync } from './saving/tab-sync';
import { type OpenedSession, openSession, putCode } from './session-api';
import { type EditorState, initialState } from './state';
import { Store } from './store';
import { splitText } from './text/line-ends';
import { isEmpty } from './text/selection';
import { TextDocument } from './text/text-document';
import { EditorThreads } from './threads/editor-threads';

interface SessionEditorOptions {
  node: HTMLElement;
  opened: OpenedSession;
  userId: string;
  language: string;
  client: QueryClient;
}

/** Longer files turn off features that scan the whole text after each edit. */
const LARGE_LINES = 20_000;

export class SessionEditor implements EditorController {
  readonly state: Store<EditorState>;
  readonly sessionId: string;
  readonly reconciler: Reconciler;
  private readonly document: TextDocument;
  private readonly editor: editor.IStandaloneCodeEditor;
  private readonly model: editor.ITextModel;
  private readonly autosave: DraftAutosave;
  private readonly saver: Saver;
  private readonly threads: EditorThreads;
  readonly tabKey: TabKey;
  private readonly tabSync: TabSync;
  private readonly client: QueryClient;
  /** The version that `savedAt` belongs to. */
  private savedVersion: number;

  constructor({ node, opened, userId, language, client }: SessionEditorOptions) {
    const { session, code, etag } = opened;
    this.sessionId = session.session_id;
    this.client = client;
    this.savedVersion = session.version_number;
    const slot: Slot = { userId, sessionId: this.sessionId };
    this.model = createModel(code, language);
    this.state = new Store<EditorState>(initialState(session, this.model.getLineCount()));
    this.document = new TextDocument(this.model, code, session.version_number);
    this.editor = createEditor(node, this.model, session.filename);
    this.threads = new EditorThreads(this.editor, this.model, this.state);
    this.autosave = new DraftAutosave(drafts, slot, this.document, () =>
      toast('warning', words.editor.storageFull, { description: words.editor.storageFullNext, id: 'storage' }),
    );
    this.saver = this.createSaver();
    const { state, document, saver, autosave } = this;
    const onSession = (head: Session, threads: Thread[]) => this.applySession(head, threads);
    this.reconciler = new Reconciler({ state, document, saver, autosave, drafts, slot, onSession }, etag);
    this.tabKey = new TabKey(this.editor);
    this.tabSync = new TabSync(this.sessionId, () => void this.reconciler.refresh());
    node.addEventListener('contextmenu', (event) => this.showMenu(event));
    this.document.subscribe(() => state.set({ isDirty: this.document.isDirty() }));
    this.model.onDidChangeContent(() => state.set({ lineCount: this.model.getLineCount() }));
    void this.reconciler.restore().catch(toastError);
  }

  dispose(): void {
    dismissToasts(this.sessionId);
    this.reconciler.dispose();
    this.tabKey.dispose();
    this.tabSync.dispose();
    this.saver.dispose();
    this.autosave.dispose();
    this.threads.dispose();
    this.document.dispose();
    this.editor.dispose();
    this.model.dispose();
  }

  // Methods for the conversation panel.

  version(): number {
    return this.document.version;
  }

  text(): string {
    return this.document.text();
  }

  isDirty(): boolean {
    return this.document.isDirty();
  }

  languageId(): string {
    return this.model.getLanguageId();
  }

  save(): Promise<SaveOutcome> {
    return this.saver.save();
  }

  applyLines(startLine: number, endLine: number, replacement: string, session: Session, threads: Thread[]): void {
    if (this.document.isDirty()) {
      // The user edited during the request: merge the unsaved text with the result.
      void this.reload().catch(toastError);
      return;
    }
    this.document.replaceLines(startLine, endLine, replacement);
    const snapshot = this.document.snapshot();
    // With mixed line endings, the server may choose different ones.
    const isMixed = snapshot.ends.chunks !== null;
    this.document.markSaved(snapshot, session.version_number);
    this.applySession(session, threads);
    this.tabSync.notifySaved();
    this.reveal(startLine, startLine);
    if (isMixed || new TextEncoder().encode(snapshot.text).length !== session.code_bytes)
      void this.reload().catch(toastError);
  }

  undo(): void {
    this.applyStep(() => this.model.undo());
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

  // Methods for the page.

  redo(): void {
    this.applyStep(() => this.model.redo());
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
    this.threads.update(threads, !this.document.isDirty());
  }

  open(open: OpenThread | null): void {
    this.threads.open(open);
  }

  ask(ask: boolean): void {
    this.threads.ask(ask);
  }

  /** Runs a Monaco command. */
  runCommand(command: string): void {
    this.editor.focus();
    this.editor.trigger('menu', command, null);
  }

  /** Saves, and shows an error as a toast. */
  async saveNow(): Promise<void> {
    try {
      await this.save();
    } catch (error) {
      // The bar counts down a rate limit, and the save is sent automatically.
      if (this.saver.phase !== 'limited') this.toastSaveError(error);
    }
  }

  private toastSaveError(error: unknown): void {
    toastError(error, () => void this.saveNow(), this.sessionId);
  }

  closeMerge(): void {
    this.state.set({ merge: null, notice: this.saver.phase === 'conflict' ? { kind: 'elsewhere' } : null });
  }

  /** Undoes or redoes on the model. Monaco's commands need the focus, which would open a phone's keyboard. */
  private applyStep(take: () => void): void {
    let changed: number | undefined;
    const watch = this.model.onDidChangeContent(({ changes: [first] }) => {
      changed = first?.range.startLineNumber;
    });
    take();
    watch.dispose();
    if (changed !== undefined) this.reveal(changed, changed);
  }

  private showMenu(event: MouseEvent): void {
    // The find field keeps the browser's own menu.
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
    this.state.set({ menu: { ...at, isSelected }, hoveredMark: null });
  }

  private createSaver(): Saver {
    return new Saver({
      document: this.document,
      autosave: this.autosave,
      put: (version, text) => putCode(this.sessionId, version, text),
      read: () => openSession(this.sessionId),
      onBackgroundError: (error) => this.toastSaveError(error),
      onState: (save) => this.state.set({ save }),
      onSaved: ({ session, threads }) => {
        this.applySession(session, threads);
        this.state.set({ notice: null });
        this.tabSync.notifySaved();
      },
      onConflict: (theirs) => {
        const merge = { mine: this.document.text(), theirs, base: this.document.base };
        this.state.set({ merge, notice: null });
      },
    });
  }

  private applySession(session: Session, threads: Thread[]): void {
    setSession(this.client, session, threads);
    // A rename or a language change is not a save of the code.
    const isSave = session.version_number > this.savedVersion;
    this.savedVersion = session.version_number;
    if (isSave) this.state.set({ savedAt: new Date(session.updated_at) });
    this.setThreads(threads);
  }
}

function createModel(code: string, language: string): editor.ITextModel {
  const model = monaco.editor.createModel(splitText(code).content, language);
  // The `TextDocument` manages line endings.
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
  // Creating an editor sets the model's options, so set these afterwards.
  model.updateOptions({
    trimAutoWhitespace: false,
    bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
  });
  return made;
}
