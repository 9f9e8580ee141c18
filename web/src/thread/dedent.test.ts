/** Tests the removal of common indentation. */
import { expect, test } from 'vitest';
import { commonIndentation, dedent, isSameCode } from './dedent';

test('removes the indentation that all lines share', () => {
  expect(dedent(['    if x:', '', '        y'])).toEqual(['if x:', '', '    y']);
});

test('tabs and spaces are different indentation', () => {
  expect(commonIndentation(['\tif x', '    y'])).toBe('');
  expect(commonIndentation(['\t\tif x', '\ty'])).toBe('\t');
});

test('ignores blank lines', () => {
  expect(commonIndentation(['  a', ' ', ''])).toBe('  ');
  expect(commonIndentation([])).toBe('');
});

test('code is equal regardless of its common indentation', () => {
  expect(isSameCode('  if x:\r\n    y', 'if x:\n  y\n')).toBe(true);
  expect(isSameCode('if x:\n  y', 'if x:\n    y')).toBe(false);
});
