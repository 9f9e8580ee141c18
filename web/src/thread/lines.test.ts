/** Tests titles and order of conversations. */
import { expect, test } from 'vitest';
import { compareByLine, linesOf, linesOfSelection, linesTitle } from './lines';

const block = (start_line: number, end_line: number, created_at = '2026-01-01T00:00:00.000Z') =>
  ({ type: 'block', start_line, end_line, created_at }) as const;
const file = { type: 'file', created_at: '2026-01-02T00:00:00.000Z' } as const;

test('formats titles of lines and of the whole file', () => {
  expect(linesTitle(linesOf(block(33, 35)))).toBe('Lines 33–35');
  expect(linesTitle(linesOf(block(41, 41)))).toBe('Line 41');
  expect(linesTitle(linesOf(file))).toBe('Whole file');
  expect(linesTitle(linesOfSelection({ startLine: 2, endLine: 2, text: 'x' }))).toBe('Line 2');
  expect(linesTitle(linesOfSelection(null))).toBe('Whole file');
});

test('sorts the whole file first, then by line, then oldest first', () => {
  const late = block(3, 5, '2026-01-03T00:00:00.000Z');
  const early = block(3, 5, '2026-01-01T00:00:00.000Z');
  const threads = [block(41, 41), late, block(3, 9), early, file];
  expect(threads.toSorted(compareByLine)).toEqual([file, early, late, block(3, 9), block(41, 41)]);
});
