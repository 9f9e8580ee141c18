/** What all code editors of the page have in common. */
import type { editor } from 'monaco-editor/editor';

export const FONT = '"JetBrains Mono Variable", ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace';

export const SHARED_OPTIONS = {
  automaticLayout: true,
  fontFamily: FONT,
  fontSize: 13,
  lineHeight: 22,
  fontLigatures: false,
  // A dimmed number would be too faint to read.
  renderFinalNewline: 'on',
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  smoothScrolling: false,
  cursorBlinking: 'solid',
  renderLineHighlightOnlyWhenFocus: true,
  overviewRulerBorder: false,
  // Nothing is changed that the user did not change, and U+2028 is a character like any other.
  unusualLineTerminators: 'off',
  trimAutoWhitespace: false,
  fixedOverflowWidgets: true,
  links: false,
  bracketPairColorization: { enabled: false },
  guides: { indentation: true, bracketPairs: false, highlightActiveIndentation: false },
  scrollbar: { useShadows: false, verticalScrollbarSize: 12, horizontalScrollbarSize: 12 },
  stickyScroll: { enabled: false },
} satisfies editor.IEditorOptions & { trimAutoWhitespace: boolean };
