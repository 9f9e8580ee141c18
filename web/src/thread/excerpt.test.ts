/** Excerpts in the list. */
import { expect, test } from 'vitest';
import { excerptOf, unmarked } from './excerpt';

test('an excerpt is one line of 120 characters at the most', () => {
  expect(excerptOf('  a\n\n b ')).toBe('a b');
  expect([...excerptOf('👍'.repeat(200))]).toHaveLength(120);
});

test('an excerpt is shown without the marks of Markdown', () => {
  expect(unmarked('*Local reviewer: no model was asked.* Line 3')).toBe('Local reviewer: no model was asked. Line 3');
  expect(unmarked('**No.** Use `is`, not `==` with `No')).toBe('No. Use is, not == with No');
  expect(unmarked('# Title')).toBe('Title');
  expect(unmarked('1. First')).toBe('First');
});

test('signs of code are left alone', () => {
  expect(unmarked('a * b and __init__ > 3')).toBe('a * b and __init__ > 3');
});
