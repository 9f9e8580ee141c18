/** Conversations in the code: their marks, the lines of the open one, and how a new one begins. */
import type { editor } from 'monaco-editor/editor';
import type { Thread } from '../../api/types';
import type { OpenThread } from '../../thread/open-thread';
import { toast } from '../../ui/toast';
import { words } from '../../words';
import { monaco } from '../monaco/monaco';
import type { AtMark, EditorState } from '../state';
import type { Store } from '../store';
import { isTooLong, selectionOf } from '../text/selection';
import { AskWidget } from './ask-widget';
import { LineTaps } from './line-taps';
import { ThreadMarks } from './marks';

export class Conversations {
  private readonly marks: ThreadMarks;
  private readonly widget: AskWidget;
  private readonly taps: LineTaps;
  /** Follows the lines of a conversation that has not begun. */
  private readonly asked: editor.IEditorDecorationsCollection;
  /** Monaco knows actions beyond the life of their editor, and would keep it in memory. */
  private readonly actions: { dispose: () => void }[];

  constructor(
    private readonly editor: editor.IStandaloneCodeEditor,
    private readonly model: editor.ITextModel,
    private readonly state: Store<EditorState>,
  ) {
    this.marks = new ThreadMarks(editor, model);
    this.asked = editor.createDecorationsCollection();
    this.widget = new AskWidget(
      editor,
      () => this.ask(true),
      () => this.ask(false),
    );
    this.taps = new LineTaps(editor, (line) => this.marks.at(line).length > 0);
    model.onDidChangeContent(() => this.follow());
    editor.onMouseDown((event) => this.clicked(event));
    editor.onMouseMove((event) => state.set({ pointed: this.markAt(event) }));
    editor.onMouseLeave(({ event }) => !isAtTip(event.browserEvent) && state.set({ pointed: null }));
    editor.onDidScrollChange(() => state.set({ pointed: null }));
    this.actions = this.addActions();
  }

  dispose(): void {
    this.marks.dispose();
    this.widget.dispose();
    this.taps.dispose();
    for (const action of this.actions) action.dispose();
  }

  /** Takes over the threads; `isSavedText` says whether their lines are those in the editor. */
  update(threads: Thread[], isSavedText: boolean): void {
    this.marks.update(threads, isSavedText);
  }

  /** Opens a conversation, or closes it. */
  open(open: OpenThread | null): void {
    this.state.set({ open, choice: null, pointed: null });
    this.asked.clear();
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

  /** Begins a conversation about what is selected, or about the cursor's line; or a note, which the model does not answer. */
  ask(ask: boolean): void {
    const span = this.editor.getSelection();
    if (span === null) return;
    const selection = selectionOf(this.model, span);
    if (isTooLong(selection.text)) {
      toast('warning', words.editor.tooLong, { description: words.editor.tooLongNext, id: 'too-long' });
      return;
    }
    this.widget.hide();
    this.open({ kind: 'new', selection, ask, at: `${selection.startLine}-${selection.endLine}` });
    this.asked.set([{ range: span, options: { stickiness: 1 } }]);
  }

  /** The lines and the text that a new conversation is about, as they are after an edit. */
  follow(): void {
    const { open } = this.state.get();
    const range = this.asked.getRange(0);
    if (open?.kind !== 'new' || open.selection === null || range === null) return;
    const selection = selectionOf(this.model, range);
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
      run: () => this.state.set({ isGoing: true }),
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

  private clicked(event: editor.IEditorMouseEvent): void {
    const mark = this.markAt(event);
    const [only] = mark?.threads ?? [];
    if (mark === null || only === undefined) return;
    if (mark.threads.length === 1) this.open({ kind: 'thread', threadId: only.thread_id });
    else this.state.set({ choice: mark, pointed: null });
  }

  /** The mark that the pointer is at. */
  private markAt({ target }: editor.IEditorMouseEvent | editor.IPartialEditorMouseEvent): AtMark | null {
    if (target?.type !== monaco.editor.MouseTargetType.GUTTER_GLYPH_MARGIN) return null;
    const line = target.position.lineNumber;
    const threads = this.marks.at(line);
    const { pointed } = this.state.get();
    if (threads.length === 0) return null;
    // The same mark: nothing to draw anew.
    if (pointed?.threads[0] === threads[0] && pointed?.threads.length === threads.length) return pointed;
    const node = this.editor.getContainerDomNode().getBoundingClientRect();
    const y = node.top + this.editor.getTopForLineNumber(line) - this.editor.getScrollTop();
    return { threads, x: node.left + this.editor.getLayoutInfo().glyphMarginWidth, y };
  }
}

/** Whether the pointer has gone on to what is told of the mark, which stays as long. */
function isAtTip({ target, relatedTarget }: MouseEvent): boolean {
  return [target, relatedTarget].some((node) => node instanceof Element && node.closest('[role="tooltip"]') !== null);
}
