/** The editor's text with its exact line endings, its base version, and whether it has unsaved changes. */
import type { editor, IDisposable, IRange } from 'monaco-editor/editor';
import { findEdit } from './find-edit';
import { applyEdit, joinLines, type LineEnds, splitText } from './line-ends';

/** The text at one point in time. */
export interface Snapshot {
  readonly text: string;
  readonly id: number;
  readonly ends: LineEnds;
}

/** Values of Monaco's `EndOfLinePreference`, copied because importing them would load Monaco. */
const LF = 1;
const CRLF = 2;

const LONE_SURROGATE = /\p{Surrogate}/gu;

export class TextDocument {
  private ends: LineEnds;
  /** Line endings by model version, for undo and redo. */
  private readonly history = new Map<number, LineEnds>();
  private saved: Snapshot;
  private wasDirty = false;
  private readonly listeners = new Set<() => void>();
  private readonly subscription: IDisposable;
  private baseVersion: number;

  /** `model` must contain the content of `text` as returned by `splitText`. */
  constructor(
    readonly model: editor.ITextModel,
    text: string,
    version: number,
  ) {
    this.ends = splitText(text).ends;
    this.saved = { text, id: model.getAlternativeVersionId(), ends: this.ends };
    this.baseVersion = version;
    this.history.set(this.saved.id, this.ends);
    this.subscription = model.onDidChangeContent((event) => this.trackEnds(event));
  }

  dispose(): void {
    this.subscription.dispose();
    this.listeners.clear();
  }

  get version(): number {
    return this.baseVersion;
  }

  /** The text of the base version. */
  get base(): string {
    return this.saved.text;
  }

  /** Takes time linear in the text's length; do not call it on every keystroke. */
  text(): string {
    const { bom, defaultEnd, chunks } = this.ends;
    if (chunks === null && defaultEnd === '\n') return bom + this.model.getValue(LF);
    if (chunks === null && defaultEnd === '\r\n') return bom + this.model.getValue(CRLF);
    return joinLines(this.model.getLinesContent(), this.ends);
  }

  readonly isDirty = (): boolean =>
    this.model.getAlternativeVersionId() !== this.saved.id || this.ends !== this.saved.ends;

  snapshot(): Snapshot {
    return { text: this.text(), id: this.model.getAlternativeVersionId(), ends: this.ends };
  }

  /** Marks a snapshot as saved with a version. Later edits stay unsaved. */
  markSaved(snapshot: Snapshot, version: number): void {
    this.saved = snapshot;
    this.baseVersion = version;
    this.notify();
  }

  /** Changes the base to the server's text and version. The editor's text is unsaved unless it is equal. */
  rebase(text: string, version: number): void {
    const now = this.snapshot();
    // -1 is never a model's id, so undo cannot make the text clean.
    this.saved = now.text === text ? now : { text, id: -1, ends: this.ends };
    this.baseVersion = version;
    this.notify();
  }

  /** Replaces the text with one undoable edit of the difference. */
  replace(text: string): void {
    const { content, ends } = splitText(text);
    const change = findEdit(this.model.getValue(LF), content);
    if (change !== null) {
      const range = this.rangeAt(change.start, change.end);
      this.edit([{ range, text: change.text }]);
    }
    if (!isSame(ends, this.ends)) this.setEnds(ends);
    this.notify();
  }

  /** Replaces lines (from 1, inclusive) like the server; an empty replacement deletes them. */
  replaceLines(first: number, last: number, replacement: string): void {
    const isDeleted = replacement === '';
    const end = this.model.getLineMaxColumn(last);
    const isLast = last === this.model.getLineCount();
    const range =
      isDeleted && !isLast
        ? { startLineNumber: first, startColumn: 1, endLineNumber: last + 1, endColumn: 1 }
        : { startLineNumber: first, startColumn: 1, endLineNumber: last, endColumn: end };
    const lines = replacement.replace(/\r*\n|\r/g, '\n');
    // A replacement of n line breaks means n empty lines, and the last line's break exists already.
    const isBlank = /^\n+$/.test(lines) && this.model.getLineMaxColumn(last) > 1;
    this.edit([{ range, text: isBlank ? lines.slice(1) : lines }]);
  }

  /** Replaces lone surrogates, which UTF-8 cannot encode, with U+FFFD. Returns whether there were any. */
  replaceLoneSurrogates(): boolean {
    const edits: { range: IRange; text: string }[] = [];
    this.model.getLinesContent().forEach((line, at) => {
      const mended = line.replace(LONE_SURROGATE, '\uFFFD');
      if (mended === line) return;
      // Replace the whole line: Monaco joins surrogates that meet at the end of an edit.
      const range = { startLineNumber: at + 1, startColumn: 1, endLineNumber: at + 1, endColumn: line.length + 1 };
      edits.push({ range, text: mended });
    });
    if (edits.length > 0) this.edit(edits);
    return edits.length > 0;
  }

  /** Calls `listener` when the text becomes dirty or clean, or its base changes. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private edit(edits: { range: IRange; text: string }[]): void {
    this.model.pushStackElement();
    this.model.pushEditOperations(null, edits, () => null);
    this.model.pushStackElement();
  }

  private rangeAt(start: number, end: number): IRange {
    const from = this.model.getPositionAt(start);
    const to = this.model.getPositionAt(end);
    return {
      startLineNumber: from.lineNumber,
      startColumn: from.column,
      endLineNumber: to.lineNumber,
      endColumn: to.column,
    };
  }

  private trackEnds({ changes, isUndoing, isRedoing }: editor.IModelContentChangedEvent): void {
    const savedEnds = isUndoing || isRedoing ? this.history.get(this.model.getAlternativeVersionId()) : undefined;
    let next = savedEnds ?? this.ends;
    if (savedEnds === undefined) {
      for (const { range, text } of changes) {
        next = applyEdit(next, range.startLineNumber, range.endLineNumber, countNewlines(text));
      }
    }
    this.setEnds(next);
    if (this.isDirty() !== this.wasDirty) this.notify();
  }

  private setEnds(ends: LineEnds): void {
    this.ends = ends;
    this.history.set(this.model.getAlternativeVersionId(), ends);
  }

  private notify(): void {
    this.wasDirty = this.isDirty();
    for (const listener of [...this.listeners]) listener();
  }
}

function countNewlines(text: string): number {
  return text === '' ? 0 : text.split(/\r\n|\r|\n/).length - 1;
}

function isSame(a: LineEnds, b: LineEnds): boolean {
  return a.bom === b.bom && a.defaultEnd === b.defaultEnd && a.chunks === null && b.chunks === null;
}
