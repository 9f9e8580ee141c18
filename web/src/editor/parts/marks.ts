/** Marks of conversations in the editor's margin, which follow the lines while they are edited. */
import type { editor, IRange } from 'monaco-editor/editor';
import type { BlockThread, Thread } from '../../api/types';

/** `TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges` of Monaco. */
const NEVER_GROWS = 1;
/** `OverviewRulerLane.Right` of Monaco. */
const RIGHT = 4;
/** More are shown as "9+". */
const MOST = 10;

interface Tracked {
  thread: BlockThread;
  decoration: string;
}

export class ThreadMarks {
  private tracked: Tracked[] = [];
  private readonly marks: editor.IEditorDecorationsCollection;
  private readonly wash: editor.IEditorDecorationsCollection;
  private shown = '';
  private frame = 0;
  private selected: string | IRange | null = null;

  constructor(
    editor: editor.IStandaloneCodeEditor,
    private readonly model: editor.ITextModel,
  ) {
    this.marks = editor.createDecorationsCollection();
    this.wash = editor.createDecorationsCollection();
    model.onDidChangeContent(() => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.draw());
    });
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
  }

  /** Takes over the threads. Their lines are those of the saved text: while that is edited, the marks know better. */
  update(threads: readonly Thread[], isSavedText: boolean): void {
    const known = new Map(this.tracked.map((each) => [each.thread.thread_id, each.decoration]));
    const kept: Tracked[] = [];
    for (const thread of threads) {
      if (thread.type !== 'block') continue;
      const decoration = known.get(thread.thread_id);
      const isKept = decoration !== undefined && !isSavedText;
      kept.push({ thread, decoration: isKept ? decoration : this.track(thread) });
      if (isKept) known.delete(thread.thread_id);
    }
    this.model.deltaDecorations([...known.values()], []);
    this.tracked = kept;
    this.draw();
  }

  /** Shows which lines the open conversation is about: those of a thread, or some that are about to become one. */
  select(selected: string | IRange | null): void {
    this.selected = selected;
    this.drawWash();
  }

  /** Where a thread's lines are now. */
  linesOf(threadId: string): { startLine: number; endLine: number } | null {
    const found = this.tracked.find(({ thread }) => thread.thread_id === threadId);
    const range = found && this.model.getDecorationRange(found.decoration);
    return range ? { startLine: range.startLineNumber, endLine: range.endLineNumber } : null;
  }

  /** The threads whose mark is at a line. */
  at(line: number): BlockThread[] {
    return this.tracked.filter((each) => this.lineOf(each) === line).map(({ thread }) => thread);
  }

  private track({ start_line, end_line }: BlockThread): string {
    const last = this.model.getLineCount();
    const startLineNumber = Math.min(start_line, last);
    const endLineNumber = Math.min(end_line, last);
    const endColumn = this.model.getLineMaxColumn(endLineNumber);
    const range = { startLineNumber, startColumn: 1, endLineNumber, endColumn };
    const options = { stickiness: NEVER_GROWS };
    return this.model.deltaDecorations([], [{ range, options }])[0] ?? '';
  }

  private lineOf({ decoration }: Tracked): number | undefined {
    return this.model.getDecorationRange(decoration)?.startLineNumber;
  }

  private draw(): void {
    const byLine = new Map<number, BlockThread[]>();
    for (const each of this.tracked) {
      const line = this.lineOf(each);
      if (line !== undefined) byLine.set(line, [...(byLine.get(line) ?? []), each.thread]);
    }
    const key = JSON.stringify([...byLine].map(([line, threads]) => [line, threads.map(look)]));
    if (key !== this.shown) {
      this.shown = key;
      this.marks.set([...byLine].map(([line, threads]) => markAt(line, threads)));
    }
    if (typeof this.selected === 'string') this.drawWash();
  }

  private selectedRange(): IRange | null {
    const { selected } = this;
    if (typeof selected !== 'string') return selected;
    const lines = this.linesOf(selected);
    return lines && { startLineNumber: lines.startLine, startColumn: 1, endLineNumber: lines.endLine, endColumn: 1 };
  }

  private drawWash(): void {
    const range = this.selectedRange();
    if (range === null) {
      this.wash.clear();
      return;
    }
    this.wash.set([
      {
        range,
        options: {
          isWholeLine: true,
          className: 'cs-open-line',
          marginClassName: 'cs-open-margin',
          stickiness: NEVER_GROWS,
        },
      },
    ]);
  }
}

function look(thread: BlockThread): unknown[] {
  return [thread.thread_id, thread.anchor_status];
}

function markAt(line: number, threads: BlockThread[]): editor.IModelDeltaDecoration {
  const isApproximate = threads.every(({ anchor_status }) => anchor_status === 'approximate');
  const many = threads.length > 1 ? ` cs-marks-${Math.min(MOST, threads.length)}` : '';
  return {
    range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: 1 },
    options: {
      stickiness: NEVER_GROWS,
      glyphMarginClassName: `cs-mark${many}${isApproximate ? ' cs-mark-approximate' : ''}`,
      overviewRuler: { color: { id: 'editorCursor.foreground' }, position: RIGHT },
    },
  };
}
