/** Converts editor selections to the API's terms: whole line numbers and the selected text. */
import { SELECTED_TEXT_BYTES } from '../../generated/limits';
import type { Selection } from '../controller';

/** A Monaco range: from 1, end column exclusive. */
export interface Span {
  startLineNumber: number;
  startColumn: number;
  endLineNumber: number;
  endColumn: number;
}

/** The methods of Monaco's model that are used here. */
export interface TextModel {
  getValueInRange(span: Span): string;
  getLineMaxColumn(line: number): number;
}

export function isEmpty(span: Span): boolean {
  return span.startLineNumber === span.endLineNumber && span.startColumn === span.endColumn;
}

/** The lines of a span. A line is excluded if the span ends at its first column. */
export function linesOf(span: Span): { startLine: number; endLine: number } {
  const { startLineNumber: startLine, endLineNumber } = span;
  const endsBefore = span.endColumn === 1 && endLineNumber > startLine;
  return { startLine, endLine: endsBefore ? endLineNumber - 1 : endLineNumber };
}

/** Converts a selection. White space alone selects its whole lines. */
export function toSelection(model: TextModel, selected: Span): Selection {
  const span = includeIndentation(model, selected);
  const { startLine, endLine } = linesOf(span);
  const whole = { startLineNumber: startLine, startColumn: 1, endLineNumber: endLine, endColumn: 1 };
  whole.endColumn = model.getLineMaxColumn(endLine);
  const isCut = span.endLineNumber !== endLine;
  const exact = model.getValueInRange(isCut ? { ...whole, startColumn: span.startColumn } : span);
  const text = exact.trim() === '' ? model.getValueInRange(whole) : exact;
  return { startLine, endLine, text };
}

/** Extends a span that starts in the indentation, so that the first line keeps it. */
function includeIndentation(model: TextModel, span: Span): Span {
  const { startLineNumber, startColumn } = span;
  const before = { startLineNumber, startColumn: 1, endLineNumber: startLineNumber, endColumn: startColumn };
  return model.getValueInRange(before).trim() === '' ? { ...span, startColumn: 1 } : span;
}

/** Whether the API would reject a text as too long. */
export function isTooLong(text: string): boolean {
  return text.length > SELECTED_TEXT_BYTES || new TextEncoder().encode(text).length > SELECTED_TEXT_BYTES;
}
