/** Margin marks of conversations, which follow their lines during edits. */
import type { editor, IRange } from 'monaco-editor/editor';
import type { BlockThread, Thread } from '../../api/types';

/** Monaco's `TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges`. */
const NEVER_GROWS = 1;
/** Monaco's `OverviewRulerLane.Right`. */
const RIGHT = 4;
/** Higher counts are shown as "9+". */
const MAX_COUNT = 10;

interface TrackedThread {
  thread: BlockThread;
  decoration: string;
}

export class ThreadMarks {
  private tracked: TrackedThread[] = [];
  private readonly marks: editor.IEditorDecorationsCollection;
  private readonly highlight: editor.IEditorDecorationsCollection;
  private drawnKey = '';
  private frame = 0;
  private selected: string | IRange | null = null;

  constructor(
    editor: editor.IStandaloneCodeEditor,
    private readonly model: editor.ITextModel,
  ) {
    this.marks = editor.createDecorationsCollection();
    this.highlight = editor.createDecorationsCollection();
    model.onDidChangeContent(() => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.draw());
    });
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
  }

  /** Updates the threads. Their lines refer to the saved text, so while it is edited the old marks are kept. */
  update(threads: readonly Thread[], isSavedText: boolean): void {
    const decorations = new Map(this.tracked.map((each) => [each.thread.thread_id, each.decoration]));
    const kept: TrackedThread[] = [];
    for (const thread of threads) {
      if (thread.type !== 'block') continue;
      const decoration = decorations.get(thread.thread_id);
      const isKept = decoration !== undefined && !isSavedText;
      kept.push({ thread, decoration: isKept ? decoration : this.track(thread) });
      if (isKept) decorations.delete(thread.thread_id);
    }
    this.model.deltaDecorations([...decorations.values()], []);
    this.tracked = kept;
    this.draw();
  }

  /** Highlights the lines of the open conversation: a thread's, or those of a new conversation. */
  select(selected: string | IRange | null): void {
    this.selected = selected;
    this.drawHighlight();
  }

  /** The current lines of a thread. */
  linesOf(threadId: string): { startLine: number; endLine: number } | null {
    const found = this.tracked.find(({ thread }) => thread.thread_id === threadId);
    const range = found && this.model.getDecorationRange(found.decoration);
    return range ? { startLine: range.startLineNumber, endLine: range.endLineNumber } : null;
  }

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

  private lineOf({ decoration }: TrackedThread): number | undefined {
    return this.model.getDecorationRange(decoration)?.startLineNumber;
  }

  private draw(): void {
    const byLine = new Map<number, BlockThread[]>();
    for (const each of this.tracked) {
      const line = this.lineOf(each);
      if (line !== undefined) byLine.set(line, [...(byLine.get(line) ?? []), each.thread]);
    }
    const key = JSON.stringify([...byLine].map(([line, threads]) => [line, threads.map(drawKeyOf)]));
    if (key !== this.drawnKey) {
      this.drawnKey = key;
      this.marks.set([...byLine].map(([line, threads]) => createMark(line, threads)));
    }
    if (typeof this.selected === 'string') this.drawHighlight();
  }

  private selectedRange(): IRange | null {
    const { selected } = this;
    if (typeof selected !== 'string') return selected;
    const lines = this.linesOf(selected);
    return lines && { startLineNumber: lines.startLine, startColumn: 1, endLineNumber: lines.endLine, endColumn: 1 };
  }

  private drawHighlight(): void {
    const range = this.selectedRange();
    if (range === null) {
      this.highlight.clear();
      return;
    }
    this.highlight.set([
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

function drawKeyOf(thread: BlockThread): unknown[] {
  return [thread.thread_id, thread.anchor_status];
}

function createMark(line: number, threads: BlockThread[]): editor.IModelDeltaDecoration {
  const isApproximate = threads.every(({ anchor_status }) => anchor_status === 'approximate');
  const many = threads.length > 1 ? ` cs-marks-${Math.min(MAX_COUNT, threads.length)}` : '';
  return {
    range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: 1 },
    options: {
      stickiness: NEVER_GROWS,
      glyphMarginClassName: `cs-mark${many}${isApproximate ? ' cs-mark-approximate' : ''}`,
      overviewRuler: { color: { id: 'editorCursor.foreground' }, position: RIGHT },
    },
  };
}
