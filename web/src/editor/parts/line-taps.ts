/** Selecting lines by touch: a tap on a line number selects its line, and a tap on another one extends that to it. */
import type { editor } from 'monaco-editor/editor';
import { monaco } from '../monaco/monaco';

/** Tells our own selections from those of a tap into the code, a key or an edit. */
const SOURCE = 'codesensei.tap';

export class LineTaps {
  /** The line that was tapped first. */
  private anchor: number | null = null;
  private isTouch = false;
  private readonly over = new AbortController();

  constructor(
    private readonly editor: editor.IStandaloneCodeEditor,
    private readonly hasMark: (line: number) => boolean,
  ) {
    const node = editor.getContainerDomNode();
    const options = { capture: true, signal: this.over.signal };
    node.addEventListener('pointerdown', ({ pointerType }) => this.begin(pointerType), options);
    node.addEventListener('mousedown', (event) => this.hold(event), options);
    node.addEventListener('click', (event) => this.tap(event), options);
    editor.onDidChangeModelContent(() => this.forget());
    editor.onDidChangeCursorSelection(({ source }) => source !== SOURCE && this.forget());
  }

  dispose(): void {
    this.over.abort();
  }

  private forget(): void {
    this.anchor = null;
  }

  private begin(pointerType: string): void {
    this.isTouch = pointerType === 'touch';
  }

  /** Monaco would take the focus, and the keyboard of the screen would cover the code. */
  private hold(event: MouseEvent): void {
    if (this.lineAt(event) === null) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private tap(event: MouseEvent): void {
    const line = this.lineAt(event);
    if (line === null) return;
    this.anchor ??= line;
    this.editor.setSelection(this.between(this.anchor, line), SOURCE);
  }

  /** The cursor is at the tapped line, where the buttons are to appear. */
  private between(anchor: number, line: number) {
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

  /** Of an empty line the line end is selected, since there is nothing else. */
  private endOf(line: number): { line: number; column: number } {
    const model = this.editor.getModel();
    const column = model?.getLineMaxColumn(line) ?? 1;
    const isEmpty = column === 1 && line < (model?.getLineCount() ?? 0);
    return isEmpty ? { line: line + 1, column: 1 } : { line, column };
  }

  /** The line whose number is under the finger. Beside it there is room for a finger, too, but where a mark is. */
  private lineAt({ clientX, clientY, target }: MouseEvent): number | null {
    // What lies over the margin, such as a widget, is no part of it.
    if (!this.isTouch || !(target instanceof Element) || target.closest('.margin') === null) return null;
    const at = this.editor.getTargetAtClientPoint(clientX, clientY);
    const { GUTTER_LINE_NUMBERS, GUTTER_GLYPH_MARGIN } = monaco.editor.MouseTargetType;
    if (at?.type === GUTTER_LINE_NUMBERS) return at.position.lineNumber;
    if (at?.type !== GUTTER_GLYPH_MARGIN || this.hasMark(at.position.lineNumber)) return null;
    return at.position.lineNumber;
  }
}
