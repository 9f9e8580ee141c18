/** Excerpts in the list. */
import { expect, test } from 'vitest';
import { excerptOf, preview, spoken, unmarked } from './excerpt';

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

test('the list leaves out what each answer of the local reviewer begins with', () => {
  const disclaimer = '*Local rule-based reviewer: no model was asked.*';
  expect(preview(`${disclaimer} **Line 3** is right.`)).toBe('Line 3 is right.');
  expect(preview(disclaimer)).toBe('Local rule-based reviewer: no model was asked.');
  expect(preview('**No.** It is wrong.')).toBe('No. It is wrong.');
});

test('signs of code are left alone', () => {
  expect(unmarked('a * b and __init__ > 3')).toBe('a * b and __init__ > 3');
});

test('an answer is read aloud without the marks of Markdown in any of its lines', () => {
  const answer = '*No model was asked.*\n\n1. **`none-comparison`** on line 3\n## Next\n- use `is`\n';
  expect(spoken(answer)).toBe('No model was asked.\n\nnone-comparison on line 3\nNext\nuse is');
});
