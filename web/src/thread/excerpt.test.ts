/** Tests excerpts of messages. */
import { expect, test } from 'vitest';
import { excerptOf, previewOf, stripMarkdown, toPlainText } from './excerpt';

test('an excerpt is one line of at most 120 characters', () => {
  expect(excerptOf('  a\n\n b ')).toBe('a b');
  expect([...excerptOf('👍'.repeat(200))]).toHaveLength(120);
});

test('removes Markdown from an excerpt', () => {
  expect(stripMarkdown('*Local reviewer: no model was asked.* Line 3')).toBe(
    'Local reviewer: no model was asked. Line 3',
  );
  expect(stripMarkdown('**No.** Use `is`, not `==` with `No')).toBe('No. Use is, not == with No');
  expect(stripMarkdown('# Title')).toBe('Title');
  expect(stripMarkdown('1. First')).toBe('First');
});

test('the preview omits the notice of the local reviewer', () => {
  const disclaimer = '*Local rule-based reviewer: no model was asked.*';
  expect(previewOf(`${disclaimer} **Line 3** is right.`)).toBe('Line 3 is right.');
  expect(previewOf(disclaimer)).toBe('Local rule-based reviewer: no model was asked.');
  expect(previewOf('**No.** It is wrong.')).toBe('No. It is wrong.');
});

test('keeps operators in code', () => {
  expect(stripMarkdown('a * b and __init__ > 3')).toBe('a * b and __init__ > 3');
});

test('converts a whole answer to plain text', () => {
  const answer = '*No model was asked.*\n\n1. **`none-comparison`** on line 3\n## Next\n- use `is`\n';
  expect(toPlainText(answer)).toBe('No model was asked.\n\nnone-comparison on line 3\nNext\nuse is');
});
