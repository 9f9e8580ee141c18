/** What the Tab key does in the code: it indents, or it leaves the code as it leaves a field. Monaco's own switch tells no one. */
import type { editor } from 'monaco-editor/editor';
import { toast } from '../../ui/toast';
import { words } from '../../words';
import { monaco } from '../monaco/monaco';

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

  leaves(): boolean {
    return this.editor.getOption(monaco.editor.EditorOption.tabFocusMode);
  }

  toggle(): void {
    const tabFocusMode = !this.leaves();
    this.editor.updateOptions({ tabFocusMode });
    const title = tabFocusMode ? words.editor.tabMoved : words.editor.tabIndented;
    toast('info', title, { description: words.editor.tabNext(words.editor.keys.tab), id: 'tab' });
  }
}
