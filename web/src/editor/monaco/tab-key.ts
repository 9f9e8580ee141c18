/** Switches the Tab key between indenting and moving the focus. Monaco's own switch does not notify the user. */
import type { editor } from 'monaco-editor/editor';
import { toast } from '../../ui/toast';
import { words } from '../../words';
import { monaco } from './monaco';

export class TabKey {
  private readonly action: { dispose: () => void };

  constructor(private readonly editor: editor.IStandaloneCodeEditor) {
    const { KeyMod, KeyCode } = monaco;
    this.action = editor.addAction({
      id: 'codesensei.tab',
      label: words.editor.menu.tabMoves,
      keybindings: [KeyMod.CtrlCmd | KeyCode.KeyM, KeyMod.WinCtrl | KeyMod.Shift | KeyCode.KeyM],
      run: () => this.toggle(),
    });
  }

  dispose(): void {
    this.action.dispose();
  }

  movesFocus(): boolean {
    return this.editor.getOption(monaco.editor.EditorOption.tabFocusMode);
  }

  toggle(): void {
    const tabFocusMode = !this.movesFocus();
    this.editor.updateOptions({ tabFocusMode });
    const title = tabFocusMode ? words.editor.tabMoved : words.editor.tabIndented;
    toast('info', title, { description: words.editor.tabNext(words.editor.keys.tab), id: 'tab' });
  }
}
