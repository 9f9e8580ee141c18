/** Connects conversations to the editor: margin marks, highlighted lines, and starting a new conversation. */
import type { editor } from 'monaco-editor/editor';
import type { Thread } from '../../api/types';
import type { OpenThread } from '../../thread/open-thread';
import { toast } from '../../ui/toast';
import { words } from '../../words';
import { monaco } from '../monaco/monaco';
import type { EditorState, MarkTarget } from '../state';
import type { Store } from '../store';
import { isTooLong, toSelection } from '../text/selection';
import { AskWidget } from './ask-widget';
import { TapSelection } from './tap-selection';
import { ThreadMarks } from './thread-marks';

export class EditorThreads {
  private readonly marks: ThreadMarks;
  private readonly widget: AskWidget;
  private readonly taps: TapSelection;
  /** Tracks the lines of a conversation that is not stored yet. */
  private readonly pendingLines: editor.IEditorDecorationsCollection;
  /** Monaco keeps actions after their editor is disposed, which would leak the editor. */
  private readonly actions: { dispose: () => void }[];

  constructor(
    private readonly editor: editor.IStandaloneCodeEditor,
    private readonly model: editor.ITextModel,
    private readonly state: Store<EditorState>,
  ) {
    this.marks = new ThreadMarks(editor, model);
    this.pendingLines = editor.createDecorationsCollection();
    this.widget = new AskWidget(
      editor,
      () => this.ask(true),
      () => this.ask(false),
    );
    this.taps = new TapSelection(editor, (line) => this.marks.at(line).length > 0);
    model.onDidChangeContent(() => this.updatePendingLines());
    editor.onMouseDown((event) => this.handleClick(event));
    editor.onMouseMove((event) => state.set({ hoveredMark: this.markAt(event) }));
    editor.onMouseLeave(({ event }) => !isOverTooltip(event.browserEvent) && state.set({ hoveredMark: null }));
    editor.onDidScrollChange(() => state.set({ hoveredMark: null }));
    this.actions = this.addActions();
  }

  dispose(): void {
    this.marks.dispose();
    this.widget.dispose();
    this.taps.dispose();
    for (const action of this.actions) action.dispose();
  }

  /** Updates the threads. `isSavedText`: their lines match the text in the editor. */
  update(threads: Thread[], isSavedText: boolean): void {
    this.marks.update(threads, isSavedText);
  }

  /** Opens a conversation; `null` closes it. */
  open(open: OpenThread | null): void {
    this.state.set({ open, clickedMark: null, hoveredMark: null });
    this.pendingLines.clear();
    if (open?.kind === 'thread') {
      this.marks.select(open.threadId);
      const lines = this.marks.linesOf(open.threadId);
      if (lines !== null) this.editor.revealLinesInCenterIfOutsideViewport(lines.startLine, lines.endLine);
    } else if (open?.kind === 'new' && open.selection !== null) {
      const { startLine, endLine } = open.selection;
      this.marks.select(new monaco.Range(startLine, 1, endLine, 1));
    } else {
      this.marks.select(null);
    }
  }

  /** Starts a question or a note about the selection, or about the cursor's line. */
  ask(ask: boolean): void {
    const span = this.editor.getSelection();
    if (span === null) return;
    const selection = toSelection(this.model, span);
    if (isTooLong(selection.text)) {
      toast('warning', words.editor.tooLong, { description: words.editor.tooLongNext, id: 'too-long' });
      return;
    }
    this.widget.hide();
    this.open({ kind: 'new', selection, ask, at: `${selection.startLine}-${selection.endLine}` });
    this.pendingLines.set([{ range: span, options: { stickiness: 1 } }]);
  }

  /** Updates the lines and the text of the new conversation after an edit. */
  updatePendingLines(): void {
    const { open } = this.state.get();
    const range = this.pendingLines.getRange(0);
    if (open?.kind !== 'new' || open.selection === null || range === null) return;
    const selection = toSelection(this.model, range);
    const { startLine, endLine, text } = open.selection;
    if (selection.startLine === startLine && selection.endLine === endLine && selection.text === text) return;
    this.state.set({ open: { ...open, selection } });
    this.marks.select(new monaco.Range(selection.startLine, 1, selection.endLine, 1));
  }

  private addActions(): { dispose: () => void }[] {
    const { KeyMod, KeyCode } = monaco;
    const line = this.editor.addAction({
      id: 'codesensei.line',
      label: words.editor.menu.line,
      keybindings: [KeyMod.WinCtrl | KeyCode.KeyG, KeyMod.CtrlCmd | KeyCode.KeyG],
      run: () => this.state.set({ isGoToLineOpen: true }),
    });
    const ask = this.editor.addAction({
      id: 'codesensei.ask',
      label: words.editor.askSelection,
      keybindings: [KeyMod.Alt | KeyCode.Enter, KeyMod.CtrlCmd | KeyMod.Alt | KeyCode.KeyA],
      run: () => this.ask(true),
    });
    const note = this.editor.addAction({
      id: 'codesensei.note',
      label: words.editor.addNote,
      keybindings: [KeyMod.Alt | KeyMod.Shift | KeyCode.Enter],
      run: () => this.ask(false),
    });
    return [line, ask, note];
  }

  private handleClick(event: editor.IEditorMouseEvent): void {
    const mark = this.markAt(event);
    const [onlyThread] = mark?.threads ?? [];
    if (mark === null || onlyThread === undefined) return;
    if (mark.threads.length === 1) this.open({ kind: 'thread', threadId: onlyThread.thread_id });
    else this.state.set({ clickedMark: mark, hoveredMark: null });
  }

  /** Returns the mark under the pointer. */
  private markAt({ target }: editor.IEditorMouseEvent | editor.IPartialEditorMouseEvent): MarkTarget | null {
    if (target?.type !== monaco.editor.MouseTargetType.GUTTER_GLYPH_MARGIN) return null;
    const line = target.position.lineNumber;
    const threads = this.marks.at(line);
    const { hoveredMark } = this.state.get();
    if (threads.length === 0) return null;
    // Return the same object, so that nothing is rendered again.
    if (hoveredMark?.threads[0] === threads[0] && hoveredMark?.threads.length === threads.length) return hoveredMark;
    const node = this.editor.getContainerDomNode().getBoundingClientRect();
    const y = node.top + this.editor.getTopForLineNumber(line) - this.editor.getScrollTop();
    return { threads, x: node.left + this.editor.getLayoutInfo().glyphMarginWidth, y };
  }
}

/** Whether the pointer moved onto the mark's tooltip, which then stays open. */
function isOverTooltip({ target, relatedTarget }: MouseEvent): boolean {
  return [target, relatedTarget].some((node) => node instanceof Element && node.closest('[role="tooltip"]') !== null);
}
