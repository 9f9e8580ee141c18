/** Tracks the conflicts in the merged text, and how each is resolved. */
import type { editor, IRange } from 'monaco-editor/editor';
import { Store } from '../store';
import type { Conflict } from './merge3';

/** How a conflict is resolved; `hand` means edited by hand, `null` unresolved. */
export type Decision = 'mine' | 'theirs' | 'both' | 'hand' | null;

export interface ConflictRange {
  startLine: number;
  /** Less than `startLine` if the conflict has no lines. */
  endLine: number;
  decision: Decision;
}

interface TrackedConflict {
  conflict: Conflict;
  decoration: string;
  /** Whether the text contains lines of the conflict. */
  hasLines: boolean;
  decision: Decision;
}

/** Monaco's `TrackedRangeStickiness.AlwaysGrowsWhenTypingAtEdges`. */
const ALWAYS_GROWS = 0;

export class Conflicts {
  readonly state: Store<{ all: ConflictRange[] }>;
  private readonly tracked: TrackedConflict[];
  private isDeciding = false;

  constructor(
    private readonly model: editor.ITextModel,
    conflicts: Conflict[],
  ) {
    this.tracked = conflicts.map((conflict) => {
      const { startLine, mine } = conflict;
      const hasLines = mine.length > 0;
      const range = this.rangeOf(startLine, mine.length);
      return { conflict, hasLines, decision: null, decoration: this.decorate('', range, hasLines, null) };
    });
    this.state = new Store({ all: this.ranges() });
    model.onDidChangeContent(({ changes }) => this.markEdited(changes.map(({ range }) => range)));
  }

  /** Inserts one side, or mine followed by theirs, as an undoable edit. */
  decide(index: number, decision: 'mine' | 'theirs' | 'both'): void {
    const tracked = this.tracked[index];
    const place = this.ranges()[index];
    if (tracked === undefined || place === undefined) return;
    const { mine, theirs } = tracked.conflict;
    const lines = decision === 'both' ? [...mine, ...theirs] : decision === 'mine' ? mine : theirs;
    this.isDeciding = true;
    this.replace(place, lines);
    this.isDeciding = false;
    tracked.decision = decision;
    tracked.hasLines = lines.length > 0;
    const range = this.rangeOf(place.startLine, lines.length);
    tracked.decoration = this.decorate(tracked.decoration, range, tracked.hasLines, decision);
    this.state.set({ all: this.ranges() });
  }

  private replace({ startLine, endLine }: ConflictRange, lines: string[]): void {
    const last = this.model.getLineCount();
    const text = lines.join('\n');
    let range: IRange = span(startLine, 1, endLine, 1);
    let written = text;
    if (endLine < startLine) {
      if (lines.length === 0) return;
      const isBehind = startLine > last;
      const column = isBehind ? this.model.getLineMaxColumn(last) : 1;
      range = span(isBehind ? last : startLine, column, isBehind ? last : startLine, column);
      written = isBehind ? `\n${text}` : `${text}\n`;
    } else if (lines.length > 0) {
      range = span(startLine, 1, endLine, this.model.getLineMaxColumn(endLine));
    } else if (endLine < last) {
      range = span(startLine, 1, endLine + 1, 1);
    } else {
      const before = Math.max(1, startLine - 1);
      const column = startLine === 1 ? 1 : this.model.getLineMaxColumn(before);
      range = span(before, column, endLine, this.model.getLineMaxColumn(endLine));
    }
    this.model.pushStackElement();
    this.model.pushEditOperations(null, [{ range, text: written }], () => null);
    this.model.pushStackElement();
  }

  private markEdited(ranges: IRange[]): void {
    if (this.isDeciding) return;
    for (const tracked of this.tracked) {
      const place = this.model.getDecorationRange(tracked.decoration);
      if (place === null || tracked.decision === 'hand') continue;
      const isTouched = ranges.some(
        (range) => range.startLineNumber <= place.endLineNumber && range.endLineNumber >= place.startLineNumber,
      );
      if (!isTouched) continue;
      tracked.decision = 'hand';
      tracked.decoration = this.decorate(tracked.decoration, place, tracked.hasLines, 'hand');
    }
    this.state.set({ all: this.ranges() });
  }

  private ranges(): ConflictRange[] {
    return this.tracked.map(({ decoration, hasLines, decision }) => {
      const range = this.model.getDecorationRange(decoration);
      const startLine = range?.startLineNumber ?? 1;
      return { startLine, endLine: hasLines ? (range?.endLineNumber ?? startLine) : startLine - 1, decision };
    });
  }

  private rangeOf(startLine: number, count: number): IRange {
    const last = this.model.getLineCount();
    if (count === 0) return span(Math.min(startLine, last), 1, Math.min(startLine, last), 1);
    const endLine = Math.min(last, startLine + count - 1);
    return span(startLine, 1, endLine, this.model.getLineMaxColumn(endLine));
  }

  private decorate(old: string, range: IRange, hasLines: boolean, decision: Decision): string {
    const isOpen = decision === null;
    const options: editor.IModelDecorationOptions = {
      isWholeLine: true,
      stickiness: ALWAYS_GROWS,
      className: isOpen ? (hasLines ? 'cs-conflict-line' : 'cs-conflict-gap') : null,
      marginClassName: isOpen ? 'cs-conflict-margin' : 'cs-settled-margin',
    };
    return this.model.deltaDecorations(old === '' ? [] : [old], [{ range, options }])[0] ?? '';
  }
}

function span(startLineNumber: number, startColumn: number, endLineNumber: number, endColumn: number): IRange {
  return { startLineNumber, startColumn, endLineNumber, endColumn };
}
