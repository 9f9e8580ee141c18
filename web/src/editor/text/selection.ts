/** What a selection in the editor is about, in the API's terms: whole line numbers, and the text as it was selected. */
import type { Selection } from '../controller';

/** A range as Monaco has it: from 1, the end column excluded. */
export interface Span {
  startLineNumber: number;
  startColumn: number;
  endLineNumber: number;
  endColumn: number;
}

/** What is read of a model. */
export interface Readable {
  getValueInRange(span: Span): string;
  getLineMaxColumn(line: number): number;
}

/** The longest text that a thread keeps, in bytes of UTF-8. */
const MAX_BYTES = 64 * 1024;

/** Whether anything is selected. */
export function isEmpty(span: Span): boolean {
  return span.startLineNumber === span.endLineNumber && span.startColumn === span.endColumn;
}

/** The lines that a span is about. One that ends before the first letter of a line is not about that line. */
export function linesOf(span: Span): { startLine: number; endLine: number } {
  const { startLineNumber: startLine, endLineNumber } = span;
  const endsBefore = span.endColumn === 1 && endLineNumber > startLine;
  return { startLine, endLine: endsBefore ? endLineNumber - 1 : endLineNumber };
}

/** The selection as the API takes it. Without a selected letter it is all of its lines. */
export function selectionOf(model: Readable, selected: Span): Selection {
  const span = fromIndentation(model, selected);
  const { startLine, endLine } = linesOf(span);
  const whole = { startLineNumber: startLine, startColumn: 1, endLineNumber: endLine, endColumn: 1 };
  whole.endColumn = model.getLineMaxColumn(endLine);
  const isCut = span.endLineNumber !== endLine;
  const exact = model.getValueInRange(isCut ? { ...whole, startColumn: span.startColumn } : span);
  const text = exact.trim() === '' ? model.getValueInRange(whole) : exact;
  return { startLine, endLine, text };
}

/** One that begins after nothing but white space begins with it: the first line would lose its indentation. */
function fromIndentation(model: Readable, span: Span): Span {
  const { startLineNumber, startColumn } = span;
  const before = { startLineNumber, startColumn: 1, endLineNumber: startLineNumber, endColumn: startColumn };
  return model.getValueInRange(before).trim() === '' ? { ...span, startColumn: 1 } : span;
}

/** Whether a text is longer than a thread can keep. */
export function isTooLong(text: string): boolean {
  return text.length > MAX_BYTES || new TextEncoder().encode(text).length > MAX_BYTES;
}
