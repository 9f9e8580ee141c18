/** Sets accessible names of the two sides of a diff editor. Monaco resets them on each layout. */
import type { editor } from 'monaco-editor/editor';

export function labelSides(widget: editor.IStandaloneDiffEditor, original: string, modified: string): void {
  const sides = [
    [widget.getOriginalEditor(), original],
    [widget.getModifiedEditor(), modified],
  ] as const;
  for (const [side, ariaLabel] of sides) {
    const label = () => side.getRawOptions().ariaLabel !== ariaLabel && side.updateOptions({ ariaLabel });
    label();
    side.onDidChangeConfiguration(label);
  }
}
