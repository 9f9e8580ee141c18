/** Selects lines by touch: one tap on a line number selects the line, a second tap extends the selection. */
import type { editor } from 'monaco-editor/editor';
import { monaco } from '../monaco/monaco';

/** Distinguishes these selections from those of taps into the code, keys and edits. */
const SOURCE = 'codesensei.tap';

export class TapSelection {
  private anchor: number | null = null;
  private isTouch = false;
  private readonly listeners = new AbortController();

  constructor(
    private readonly editor: editor.IStandaloneCodeEditor,
    private readonly hasMark: (line: number) => boolean,
  ) {
    const node = editor.getContainerDomNode();
    const options = { capture: true, signal: this.listeners.signal };
    node.addEventListener('pointerdown', ({ pointerType }) => this.notePointerType(pointerType), options);
    node.addEventListener('mousedown', (event) => this.keepFocus(event), options);
    node.addEventListener('click', (event) => this.selectTapped(event), options);
    editor.onDidChangeModelContent(() => this.resetAnchor());
    editor.onDidChangeCursorSelection(({ source }) => source !== SOURCE && this.resetAnchor());
  }

  dispose(): void {
    this.listeners.abort();
  }

  private resetAnchor(): void {
    this.anchor = null;
  }

  private notePointerType(pointerType: string): void {
    this.isTouch = pointerType === 'touch';
  }

  /** Stops Monaco from taking the focus, which would open the on-screen keyboard. */
  private keepFocus(event: MouseEvent): void {
    if (this.lineAt(event) === null) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private selectTapped(event: MouseEvent): void {
    const line = this.lineAt(event);
    if (line === null) return;
    this.anchor ??= line;
    this.editor.setSelection(this.rangeBetween(this.anchor, line), SOURCE);
  }

  /** The range between two lines, with the cursor at the tapped line, where the buttons appear. */
  private rangeBetween(anchor: number, line: number) {
    const isForward = line >= anchor;
    const first = { line: Math.min(anchor, line), column: 1 };
    const last = this.endOf(Math.max(anchor, line));
    const [from, to] = isForward ? [first, last] : [last, first];
    return {
      selectionStartLineNumber: from.line,
      selectionStartColumn: from.column,
      positionLineNumber: to.line,
      positionColumn: to.column,
    };
  }

  /** The end of a line. For an empty line, it includes the line break, so that something is selected. */
  private endOf(line: number): { line: number; column: number } {
    const model = this.editor.getModel();
    const column = model?.getLineMaxColumn(line) ?? 1;
    const isEmpty = column === 1 && line < (model?.getLineCount() ?? 0);
    return isEmpty ? { line: line + 1, column: 1 } : { line, column };
  }

  /** The line whose number was tapped. The margin beside the number counts too, except on a mark. */
  private lineAt({ clientX, clientY, target }: MouseEvent): number | null {
    // Elements above the margin, such as widgets, do not count.
    if (!this.isTouch || !(target instanceof Element) || target.closest('.margin') === null) return null;
    const at = this.editor.getTargetAtClientPoint(clientX, clientY);
    const { GUTTER_LINE_NUMBERS, GUTTER_GLYPH_MARGIN } = monaco.editor.MouseTargetType;
    if (at?.type === GUTTER_LINE_NUMBERS) return at.position.lineNumber;
    if (at?.type !== GUTTER_GLYPH_MARGIN || this.hasMark(at.position.lineNumber)) return null;
    return at.position.lineNumber;
  }
}
