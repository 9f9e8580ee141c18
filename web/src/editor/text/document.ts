/** The text in the editor: what it is to the byte, which version it is based on, and whether it differs from that. */
import type { editor, IDisposable, IRange } from 'monaco-editor/editor';
import { difference } from './difference';
import { edited, join, type LineEnds, split } from './line-ends';

/** The text at one moment. */
export interface Snapshot {
  readonly text: string;
  readonly id: number;
  readonly ends: LineEnds;
}

/** `EndOfLinePreference` of Monaco, which as a value would load Monaco. */
const LF = 1;
const CRLF = 2;

const LONE_SURROGATE = /\p{Surrogate}/gu;

export class Document {
  private ends: LineEnds;
  /** The ends at each state that undo and redo can come back to. */
  private readonly history = new Map<number, LineEnds>();
  private saved: Snapshot;
  private wasDirty = false;
  private readonly listeners = new Set<() => void>();
  private readonly subscription: IDisposable;
  private basedOn: number;

  /** `model` holds the content of `text` as `split` gives it. */
  constructor(
    readonly model: editor.ITextModel,
    text: string,
    version: number,
  ) {
    this.ends = split(text).ends;
    this.saved = { text, id: model.getAlternativeVersionId(), ends: this.ends };
    this.basedOn = version;
    this.history.set(this.saved.id, this.ends);
    this.subscription = model.onDidChangeContent((event) => this.follow(event));
  }

  dispose(): void {
    this.subscription.dispose();
    this.listeners.clear();
  }

  /** The version that the text is based on. */
  get version(): number {
    return this.basedOn;
  }

  /** The text of that version. */
  get base(): string {
    return this.saved.text;
  }

  /** Costs as much as the text is long: not for every keystroke. */
  text(): string {
    const { mark, usual, pieces } = this.ends;
    if (pieces === null && usual === '\n') return mark + this.model.getValue(LF);
    if (pieces === null && usual === '\r\n') return mark + this.model.getValue(CRLF);
    return join(this.model.getLinesContent(), this.ends);
  }

  readonly isDirty = (): boolean =>
    this.model.getAlternativeVersionId() !== this.saved.id || this.ends !== this.saved.ends;

  snapshot(): Snapshot {
    return { text: this.text(), id: this.model.getAlternativeVersionId(), ends: this.ends };
  }

  /** A snapshot is what the server has as this version. What was edited since stays unsaved. */
  markSaved(snapshot: Snapshot, version: number): void {
    this.saved = snapshot;
    this.basedOn = version;
    this.tell();
  }

  /** The server has this text as this version; the editor's own stays, and is unsaved unless it is the same. */
  rebase(text: string, version: number): void {
    const now = this.snapshot();
    // An id that no state of the model has: undo cannot make it clean.
    this.saved = now.text === text ? now : { text, id: -1, ends: this.ends };
    this.basedOn = version;
    this.tell();
  }

  /** Replaces the text by one edit of what differs, which can be undone. */
  replace(text: string): void {
    const { content, ends } = split(text);
    const change = difference(this.model.getValue(LF), content);
    if (change !== null) {
      const range = this.rangeAt(change.start, change.end);
      this.edit([{ range, text: change.text }]);
    }
    if (!isSame(ends, this.ends)) this.keep(ends);
    this.tell();
  }

  /** Replaces lines (from 1, the last included) as the server does; no text deletes them. */
  replaceLines(first: number, last: number, replacement: string): void {
    const isDeleted = replacement === '';
    const end = this.model.getLineMaxColumn(last);
    const isLast = last === this.model.getLineCount();
    const range =
      isDeleted && !isLast
        ? { startLineNumber: first, startColumn: 1, endLineNumber: last + 1, endColumn: 1 }
        : { startLineNumber: first, startColumn: 1, endLineNumber: last, endColumn: end };
    const lines = replacement.replace(/\r*\n|\r/g, '\n');
    // Empty lines are sent as their ends alone, since an empty replacement deletes; the last one's end is there already.
    const isBlank = /^\n+$/.test(lines) && this.model.getLineMaxColumn(last) > 1;
    this.edit([{ range, text: isBlank ? lines.slice(1) : lines }]);
  }

  /** Halves of characters, which UTF-8 cannot hold, become what every decoder shows for them. Answers whether there were any. */
  mendSurrogates(): boolean {
    const edits: { range: IRange; text: string }[] = [];
    this.model.getLinesContent().forEach((line, at) => {
      const mended = line.replace(LONE_SURROGATE, '\uFFFD');
      if (mended === line) return;
      // All of the line: Monaco takes any two halves that meet at an edit's end for one character.
      const range = { startLineNumber: at + 1, startColumn: 1, endLineNumber: at + 1, endColumn: line.length + 1 };
      edits.push({ range, text: mended });
    });
    if (edits.length > 0) this.edit(edits);
    return edits.length > 0;
  }

  /** Calls back when the text becomes dirty or clean, or its base changes. */
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

  private follow({ changes, isUndoing, isRedoing }: editor.IModelContentChangedEvent): void {
    const known = isUndoing || isRedoing ? this.history.get(this.model.getAlternativeVersionId()) : undefined;
    let next = known ?? this.ends;
    if (known === undefined) {
      for (const { range, text } of changes) {
        next = edited(next, range.startLineNumber, range.endLineNumber, newlines(text));
      }
    }
    this.keep(next);
    if (this.isDirty() !== this.wasDirty) this.tell();
  }

  private keep(ends: LineEnds): void {
    this.ends = ends;
    this.history.set(this.model.getAlternativeVersionId(), ends);
  }

  private tell(): void {
    this.wasDirty = this.isDirty();
    for (const listener of [...this.listeners]) listener();
  }
}

function newlines(text: string): number {
  return text === '' ? 0 : text.split(/\r\n|\r|\n/).length - 1;
}

function isSame(a: LineEnds, b: LineEnds): boolean {
  return a.mark === b.mark && a.usual === b.usual && a.pieces === null && b.pieces === null;
}
