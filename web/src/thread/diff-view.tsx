/** Monaco's diff editor, read only: side by side where there is room, one below the other on phones. */
import { useEffect, useRef } from 'react';
import { labelSides } from '../editor/monaco/diff-labels';
import { monaco } from '../editor/monaco/monaco';
import { SHARED_OPTIONS } from '../editor/monaco/options';
import { monacoTheme } from '../editor/monaco/themes';
import { useTheme } from '../page/theme';

/** Brackets have the colour of other signs, as in the editor. */
const ONE_COLOUR = { bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } };

interface DiffViewProps {
  before: string;
  after: string;
  language: string;
  firstLine: number;
  /** What the sides are called. */
  names: readonly [before: string, after: string];
}

/** Monaco gives a comparison up after five seconds. */
const COMPARED_MS = 6_000;

export default function DiffView({ before, after, language, firstLine, names }: DiffViewProps) {
  const container = useRef<HTMLDivElement>(null);
  const { theme } = useTheme();
  useEffect(() => monaco.editor.setTheme(monacoTheme(theme)), [theme]);
  useEffect(() => {
    if (container.current === null) return;
    const diff = monaco.editor.createDiffEditor(container.current, {
      ...SHARED_OPTIONS,
      readOnly: true,
      lineNumbers: (line) => String(firstLine + line - 1),
      domReadOnly: true,
      originalEditable: false,
      renderMarginRevertIcon: false,
      renderGutterMenu: false,
      ignoreTrimWhitespace: false,
      renderSideBySide: true,
      useInlineViewWhenSpaceIsLimited: true,
      renderSideBySideInlineBreakpoint: 800,
      hideUnchangedRegions: { enabled: true, contextLineCount: 5, minimumLineCount: 8 },
      // The line after the last line end is a line, too, and as well to be read.
      renderFinalNewline: 'on',
      renderOverviewRuler: false,
      overviewRulerLanes: 0,
      hideCursorInOverviewRuler: true,
      contextmenu: false,
    });
    const original = monaco.editor.createModel(before, language);
    const modified = monaco.editor.createModel(after, language);
    for (const model of [original, modified]) model.updateOptions(ONE_COLOUR);
    diff.setModel({ original, modified });
    labelSides(diff, ...names);
    let isComputed = false;
    diff.onDidUpdateDiff(() => {
      if (!isComputed) diff.revealFirstDiff();
      isComputed = true;
    });
    return () => {
      // Monaco complains about models that go before the editor has let go of them, or while they are compared.
      diff.setModel(null);
      diff.dispose();
      const dispose = () => [original, modified].map((model) => model.dispose());
      if (isComputed) dispose();
      else setTimeout(dispose, COMPARED_MS);
    };
  }, [before, after, language, firstLine, names]);
  return <div ref={container} className="min-h-60 flex-1 overflow-hidden rounded-md border border-line" />;
}
