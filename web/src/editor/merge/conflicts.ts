/** Conflicts in the merged text: where they are while it is edited, and how each was decided. */
import type { editor, IRange } from 'monaco-editor/editor';
import { Store } from '../store';
import type { Conflict } from './merge3';

/** What of the two sides stands in the text, or that it was edited by hand; `null` while that is open. */
export type Decision = 'mine' | 'theirs' | 'both' | 'hand' | null;

export interface Placed {
  startLine: number;
  /** Before `startLine` when there is no line. */
  endLine: number;
  decision: Decision;
}

interface Tracked {
  conflict: Conflict;
  decoration: string;
  /** Whether lines of it stand in the text. */
  hasLines: boolean;
  decision: Decision;
}

/** `TrackedRangeStickiness.AlwaysGrowsWhenTypingAtEdges` of Monaco. */
const GROWS = 0;

export class Conflicts {
  readonly state: Store<{ all: Placed[] }>;
  private readonly tracked: Tracked[];
  private isDeciding = false;

  constructor(
    private readonly model: editor.ITextModel,
    conflicts: Conflict[],
  ) {
    this.tracked = conflicts.map((conflict) => {
      const { startLine, mine } = conflict;
      const hasLines = mine.length > 0;
      const range = this.rangeOf(startLine, mine.length);
      return { conflict, hasLines, decision: null, decoration: this.mark('', range, hasLines, null) };
    });
    this.state = new Store({ all: this.placed() });
    model.onDidChangeContent(({ changes }) => this.follow(changes.map(({ range }) => range)));
  }

  /** Puts a side, or mine and theirs below it, into the text. It can be undone. */
  decide(index: number, decision: 'mine' | 'theirs' | 'both'): void {
    const tracked = this.tracked[index];
    const place = this.placed()[index];
    if (tracked === undefined || place === undefined) return;
    const { mine, theirs } = tracked.conflict;
    const lines = decision === 'both' ? [...mine, ...theirs] : decision === 'mine' ? mine : theirs;
    this.isDeciding = true;
    this.replace(place, lines);
    this.isDeciding = false;
    tracked.decision = decision;
    tracked.hasLines = lines.length > 0;
    const range = this.rangeOf(place.startLine, lines.length);
    tracked.decoration = this.mark(tracked.decoration, range, tracked.hasLines, decision);
    this.state.set({ all: this.placed() });
  }

  private replace({ startLine, endLine }: Placed, lines: string[]): void {
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

  private follow(ranges: IRange[]): void {
    if (this.isDeciding) return;
    for (const tracked of this.tracked) {
      const place = this.model.getDecorationRange(tracked.decoration);
      if (place === null || tracked.decision === 'hand') continue;
      const isTouched = ranges.some(
        (range) => range.startLineNumber <= place.endLineNumber && range.endLineNumber >= place.startLineNumber,
      );
      if (!isTouched) continue;
      tracked.decision = 'hand';
      tracked.decoration = this.mark(tracked.decoration, place, tracked.hasLines, 'hand');
    }
    this.state.set({ all: this.placed() });
  }

  private placed(): Placed[] {
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

  private mark(old: string, range: IRange, hasLines: boolean, decision: Decision): string {
    const isOpen = decision === null;
    const options: editor.IModelDecorationOptions = {
      isWholeLine: true,
      stickiness: GROWS,
      className: isOpen ? (hasLines ? 'cs-conflict-line' : 'cs-conflict-gap') : null,
      marginClassName: isOpen ? 'cs-conflict-margin' : 'cs-settled-margin',
    };
    return this.model.deltaDecorations(old === '' ? [] : [old], [{ range, options }])[0] ?? '';
  }
}

function span(startLineNumber: number, startColumn: number, endLineNumber: number, endColumn: number): IRange {
  return { startLineNumber, startColumn, endLineNumber, endColumn };
}
