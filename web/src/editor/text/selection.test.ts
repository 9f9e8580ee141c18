/** Tests the conversion of selections. */
import { expect, test } from 'vitest';
import { isTooLong, linesOf, type Span, toSelection } from './selection';

const LINES = ['def f():', '    return 1', '', 'x = 2'];
const model = {
  getLineMaxColumn: (line: number) => (LINES[line - 1] ?? '').length + 1,
  getValueInRange: ({ startLineNumber, startColumn, endLineNumber, endColumn }: Span) => {
    const lines = LINES.slice(startLineNumber - 1, endLineNumber);
    lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, endColumn - 1);
    lines[0] = (lines[0] ?? '').slice(startColumn - 1);
    return lines.join('\n');
  },
};

function span(startLineNumber: number, startColumn: number, endLineNumber: number, endColumn: number): Span {
  return { startLineNumber, startColumn, endLineNumber, endColumn };
}

test('a partial line keeps the selected text', () => {
  expect(toSelection(model, span(2, 7, 2, 11))).toEqual({ startLine: 2, endLine: 2, text: 'turn' });
});

test('a selection that starts in the indentation includes all of it', () => {
  expect(toSelection(model, span(2, 5, 4, 6))).toEqual({
    startLine: 2,
    endLine: 4,
    text: '    return 1\n\nx = 2',
  });
  expect(toSelection(model, span(2, 3, 3, 1))).toEqual({ startLine: 2, endLine: 2, text: '    return 1' });
});

test('a selection that ends at column 1 excludes that line', () => {
  expect(toSelection(model, span(1, 1, 3, 1))).toEqual({ startLine: 1, endLine: 2, text: 'def f():\n    return 1' });
  expect(linesOf(span(1, 3, 2, 1))).toEqual({ startLine: 1, endLine: 1 });
});

test('a cursor selects its whole line', () => {
  expect(toSelection(model, span(4, 3, 4, 3))).toEqual({ startLine: 4, endLine: 4, text: 'x = 2' });
});

test('selected white space selects its whole lines', () => {
  expect(toSelection(model, span(2, 1, 2, 4))).toEqual({ startLine: 2, endLine: 2, text: '    return 1' });
});

test('the length limit counts bytes', () => {
  expect(isTooLong('a'.repeat(65_536))).toBe(false);
  expect(isTooLong('é'.repeat(32_769))).toBe(true);
});
