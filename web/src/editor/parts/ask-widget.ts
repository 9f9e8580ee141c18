/** The buttons at a selection: ask about it, or leave a note. */
import type { editor } from 'monaco-editor/editor';
import { words } from '../../words';
import { isEmpty, linesOf } from '../text/selection';

/** `ContentWidgetPositionPreference` of Monaco. */
const ABOVE = 1;
const BELOW = 2;
/** `SelectionDirection.RTL` of Monaco. */
const BACKWARD = 1;
/** A selection that is still growing shows nothing. */
const PAUSE = 200;

export class AskWidget implements editor.IContentWidget {
  readonly allowEditorOverflow = true;
  readonly suppressMouseDown = true;
  private readonly node = document.createElement('div');
  private readonly askButton = document.createElement('button');
  private readonly noteButton = document.createElement('button');
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isShown = false;

  constructor(
    private readonly editor: editor.IStandaloneCodeEditor,
    onAsk: () => void,
    onNote: () => void,
  ) {
    // Monaco lays out the outer element itself.
    const box = document.createElement('div');
    box.className = 'cs-ask';
    box.append(this.askButton, this.noteButton);
    this.node.append(box);
    prepare(this.askButton, 'cs-ask-primary', words.editor.keys.ask, onAsk);
    prepare(this.noteButton, 'cs-ask-plain', words.editor.keys.note, onNote);
    this.noteButton.textContent = words.editor.addNote;
    editor.addContentWidget(this);
    editor.onDidChangeCursorSelection(() => this.later());
    editor.onDidChangeModelContent(() => this.hide());
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.editor.removeContentWidget(this);
  }

  getId(): string {
    return 'codesensei.ask';
  }

  getDomNode(): HTMLElement {
    return this.node;
  }

  getPosition(): editor.IContentWidgetPosition | null {
    // Where the cursor is, the selection is in view.
    const selection = this.isShown ? this.editor.getSelection() : null;
    if (selection === null) return null;
    const isBackward = selection.getDirection() === BACKWARD;
    return { position: selection.getPosition(), preference: isBackward ? [ABOVE, BELOW] : [BELOW, ABOVE] };
  }

  hide(): void {
    clearTimeout(this.timer);
    if (!this.isShown) return;
    this.isShown = false;
    this.editor.layoutContentWidget(this);
  }

  private later(): void {
    clearTimeout(this.timer);
    const selection = this.editor.getSelection();
    if (selection === null || isEmpty(selection)) this.hide();
    else this.timer = setTimeout(() => this.show(), PAUSE);
  }

  private show(): void {
    const selection = this.editor.getSelection();
    if (selection === null || isEmpty(selection)) return;
    const { startLine, endLine } = linesOf(selection);
    this.askButton.textContent = words.editor.ask(endLine - startLine + 1);
    this.isShown = true;
    this.editor.layoutContentWidget(this);
  }
}

function prepare(button: HTMLButtonElement, className: string, key: string, onClick: () => void): void {
  button.type = 'button';
  button.className = className;
  button.title = key;
  button.addEventListener('click', onClick);
}
