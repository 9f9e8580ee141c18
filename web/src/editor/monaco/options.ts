/** Options of all code editors. */
import type { editor } from 'monaco-editor/editor';

export const FONT = '"JetBrains Mono Variable", ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace';

export const SHARED_OPTIONS = {
  automaticLayout: true,
  fontFamily: FONT,
  fontSize: 13,
  lineHeight: 22,
  fontLigatures: false,
  // The default dims the last line's number too much to read.
  renderFinalNewline: 'on',
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  smoothScrolling: false,
  cursorBlinking: 'solid',
  renderLineHighlightOnlyWhenFocus: true,
  overviewRulerBorder: false,
  // Change only what the user changes. U+2028 is an ordinary character.
  unusualLineTerminators: 'off',
  trimAutoWhitespace: false,
  fixedOverflowWidgets: true,
  links: false,
  bracketPairColorization: { enabled: false },
  guides: { indentation: true, bracketPairs: false, highlightActiveIndentation: false },
  scrollbar: { useShadows: false, verticalScrollbarSize: 12, horizontalScrollbarSize: 12 },
  stickyScroll: { enabled: false },
} satisfies editor.IEditorOptions & { trimAutoWhitespace: boolean };
