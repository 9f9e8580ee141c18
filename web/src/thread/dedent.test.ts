/** Indentation that takes no room. */
import { expect, test } from 'vitest';
import { dedented, indentation, isSameCode } from './dedent';

test('the indentation that all lines have takes no room', () => {
  expect(dedented(['    if x:', '', '        y'])).toEqual(['if x:', '', '    y']);
});

test('tabs and spaces are different indentations', () => {
  expect(indentation(['\tif x', '    y'])).toBe('');
  expect(indentation(['\t\tif x', '\ty'])).toBe('\t');
});

test('blank lines do not count', () => {
  expect(indentation(['  a', ' ', ''])).toBe('  ');
  expect(indentation([])).toBe('');
});

test('code is the same whatever its indentation as a whole is', () => {
  expect(isSameCode('  if x:\r\n    y', 'if x:\n  y\n')).toBe(true);
  expect(isSameCode('if x:\n  y', 'if x:\n    y')).toBe(false);
});
