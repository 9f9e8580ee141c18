/** Monaco's read-only diff editor: side by side, or inline on phones. */
import { useEffect, useRef } from 'react';
import { labelSides } from '../editor/monaco/diff-labels';
import { monaco } from '../editor/monaco/monaco';
import { SHARED_OPTIONS } from '../editor/monaco/options';
import { monacoThemeName } from '../editor/monaco/themes';
import { useTheme } from '../page/theme';

/** Brackets have the text colour, as in the editor. */
const NO_BRACKET_COLOURS = {
  bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
};

interface DiffViewProps {
  before: string;
  after: string;
  language: string;
  firstLine: number;
  names: readonly [before: string, after: string];
}

/** Longer than Monaco's diff timeout of five seconds. */
const DISPOSE_AFTER_MS = 6_000;

export default function DiffView({ before, after, language, firstLine, names }: DiffViewProps) {
  const container = useRef<HTMLDivElement>(null);
  const { theme } = useTheme();
  useEffect(() => monaco.editor.setTheme(monacoThemeName(theme)), [theme]);
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
      // The empty last line must be readable too.
      renderFinalNewline: 'on',
      renderOverviewRuler: false,
      overviewRulerLanes: 0,
      hideCursorInOverviewRuler: true,
      contextmenu: false,
    });
    const original = monaco.editor.createModel(before, language);
    const modified = monaco.editor.createModel(after, language);
    for (const model of [original, modified]) model.updateOptions(NO_BRACKET_COLOURS);
    diff.setModel({ original, modified });
    labelSides(diff, ...names);
    let isComputed = false;
    diff.onDidUpdateDiff(() => {
      if (!isComputed) diff.revealFirstDiff();
      isComputed = true;
    });
    return () => {
      // Monaco reports an error if a model is disposed while it is attached or being compared.
      diff.setModel(null);
      diff.dispose();
      const dispose = () => [original, modified].map((model) => model.dispose());
      if (isComputed) dispose();
      else setTimeout(dispose, DISPOSE_AFTER_MS);
    };
  }, [before, after, language, firstLine, names]);
  return <div ref={container} className="min-h-60 flex-1 overflow-hidden rounded-md border border-line" />;
}
