/** The manual merge editor: theirs beside the result, with conflicts to resolve. */
import { ChevronDown, ChevronUp } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useTheme } from '../../page/theme';
import { Badge } from '../../ui/badge';
import { Button, IconButton } from '../../ui/button';
import { words } from '../../words';
import { labelSides } from '../monaco/diff-labels';
import { monaco } from '../monaco/monaco';
import { SHARED_OPTIONS } from '../monaco/options';
import { monacoThemeName } from '../monaco/themes';
import { splitText } from '../text/line-ends';
import { TextDocument } from '../text/text-document';
import { Conflicts } from './conflicts';
import type { MergeResult } from './merge3';

/** What the dialog uses of the merge editor. */
export interface MergeHandle {
  /** The result with its line endings. */
  text: () => string;
  conflicts: Conflicts;
  show: (index: number) => void;
}

interface MergeEditorProps {
  merged: MergeResult;
  theirs: string;
  version: number;
  language: string;
  /** Called with the handle once the editor exists, and with `null` on unmount. */
  onReady: (handle: MergeHandle | null) => void;
}

export function MergeEditor({ merged, theirs, version, language, onReady }: MergeEditorProps) {
  const node = useRef<HTMLDivElement>(null);
  const { theme } = useTheme();
  useEffect(() => monaco.editor.setTheme(monacoThemeName(theme)), [theme]);
  useMergeEditor(node, merged, theirs, language, onReady);
  return (
    <div className="@container flex min-h-0 flex-1 flex-col overflow-hidden rounded-md border border-line">
      <div className="flex border-b border-line bg-raised text-xs text-dim @max-[699px]:hidden">
        <p className="flex-1 truncate px-3 py-1.5">{words.editor.conflict.theirsLabel(version)}</p>
        <p className="flex-1 truncate px-3 py-1.5">{words.editor.conflict.resultLabel}</p>
      </div>
      <div ref={node} className="min-h-60 flex-1" />
    </div>
  );
}

function useMergeEditor(
  node: RefObject<HTMLDivElement | null>,
  merged: MergeResult,
  theirs: string,
  language: string,
  onReady: (handle: MergeHandle | null) => void,
): void {
  useEffect(() => {
    if (node.current === null) return;
    const widget = monaco.editor.createDiffEditor(node.current, {
      ...SHARED_OPTIONS,
      originalEditable: false,
      renderSideBySide: true,
      useInlineViewWhenSpaceIsLimited: true,
      renderSideBySideInlineBreakpoint: 700,
      renderMarginRevertIcon: true,
      renderGutterMenu: false,
      ignoreTrimWhitespace: false,
      renderOverviewRuler: false,
      // The margin shows the revert arrows.
      glyphMargin: true,
      hideUnchangedRegions: { enabled: true, contextLineCount: 4, minimumLineCount: 8 },
      contextmenu: false,
    });
    labelSides(widget, words.editor.conflict.theirsSide, words.editor.conflict.resultLabel);
    const original = createModel(theirs, language);
    const modified = createModel(merged.text, language);
    const document = new TextDocument(modified, merged.text, 0);
    const conflicts = new Conflicts(modified, merged.conflicts);
    widget.setModel({ original, modified });
    const show = (index: number) => {
      const place = conflicts.state.get().all[index];
      if (place === undefined) return;
      const last = Math.max(place.startLine, place.endLine);
      widget.getModifiedEditor().revealLinesInCenter(place.startLine, Math.min(last, modified.getLineCount()));
      widget.getModifiedEditor().setPosition({ lineNumber: place.startLine, column: 1 });
    };
    const first = widget.onDidUpdateDiff(() => {
      first.dispose();
      if (merged.conflicts.length > 0) show(0);
      else widget.revealFirstDiff();
    });
    onReady({ text: () => document.text(), conflicts, show });
    return () => {
      onReady(null);
      first.dispose();
      document.dispose();
      // Monaco reports an error if a model is disposed before it is detached.
      widget.setModel(null);
      widget.dispose();
      original.dispose();
      modified.dispose();
    };
  }, [node, merged, theirs, language, onReady]);
}

function createModel(text: string, language: string) {
  const model = monaco.editor.createModel(splitText(text).content, language);
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  return model;
}

/** Navigates and resolves the conflicts. */
export function ConflictStepper({ handle }: { handle: MergeHandle }) {
  const { all } = useSyncExternalStore(handle.conflicts.state.subscribe, handle.conflicts.state.get);
  const [index, setIndex] = useState(0);
  const current = all[index];
  const openCount = all.filter(({ decision }) => decision === null).length;
  const go = (to: number) => {
    const next = (to + all.length) % all.length;
    setIndex(next);
    handle.show(next);
  };
  const decide = (decision: 'mine' | 'theirs' | 'both') => {
    handle.conflicts.decide(index, decision);
    const after = all.findIndex((place, at) => at !== index && place.decision === null);
    if (after >= 0) go(after);
  };
  if (current === undefined) return <p className="text-sm text-ok">{words.editor.conflict.openConflicts(0)}</p>;
  const lines = words.editor.linesAt(current.startLine, Math.max(current.startLine, current.endLine));
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <div className="flex items-center gap-1">
        <IconButton label={words.editor.conflict.previous} onClick={() => go(index - 1)}>
          <ChevronUp size={16} />
        </IconButton>
        <IconButton label={words.editor.conflict.next} onClick={() => go(index + 1)}>
          <ChevronDown size={16} />
        </IconButton>
        <p className="text-sm tabular-nums">{words.editor.conflict.at(index + 1, all.length, lines)}</p>
      </div>
      <fieldset className="flex gap-1.5" aria-label={words.editor.conflict.sides.label}>
        {(['mine', 'theirs', 'both'] as const).map((side) => (
          <Button
            key={side}
            // Focus the first choice instead of the close button.
            autoFocus={side === 'mine'}
            aria-pressed={current.decision === side}
            className="aria-pressed:border-accent-text aria-pressed:bg-wash"
            onClick={() => decide(side)}
          >
            {words.editor.conflict.sides[side]}
          </Button>
        ))}
      </fieldset>
      {current.decision !== null && <Badge tone="ok">{words.editor.conflict.decided[current.decision]}</Badge>}
      <p role="status" className={`ml-auto text-sm ${openCount === 0 ? 'text-ok' : 'text-warn'}`}>
        {words.editor.conflict.openConflicts(openCount)}
      </p>
    </div>
  );
}
