/** Buttons beside a selection: ask about it, or add a note. */
import type { editor } from 'monaco-editor/editor';
import { words } from '../../words';
import { isEmpty, linesOf } from '../text/selection';

/** Monaco's `ContentWidgetPositionPreference`. */
const ABOVE = 1;
const BELOW = 2;
/** Monaco's `SelectionDirection.RTL`. */
const BACKWARD = 1;
/** The delay that hides the widget while the selection changes. */
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
    // Monaco controls the layout of the outer element.
    const box = document.createElement('div');
    box.className = 'cs-ask';
    box.append(this.askButton, this.noteButton);
    this.node.append(box);
    setUpButton(this.askButton, 'cs-ask-primary', words.editor.keys.ask, onAsk);
    setUpButton(this.noteButton, 'cs-ask-plain', words.editor.keys.note, onNote);
    this.noteButton.textContent = words.editor.addNote;
    editor.addContentWidget(this);
    editor.onDidChangeCursorSelection(() => this.showLater());
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
    // The cursor is the visible end of the selection.
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

  private showLater(): void {
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

function setUpButton(button: HTMLButtonElement, className: string, key: string, onClick: () => void): void {
  button.type = 'button';
  button.className = className;
  button.title = key;
  button.addEventListener('click', onClick);
}
