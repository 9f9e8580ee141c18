/** Tests finding the edit between two texts. */
import { expect, test } from 'vitest';
import { findEdit } from './find-edit';

function applyFound(from: string, to: string): string {
  const change = findEdit(from, to);
  return change === null ? from : from.slice(0, change.start) + change.text + from.slice(change.end);
}

test('applying the edit gives the other text', () => {
  const texts = ['', 'a', 'aa', 'aba', 'ab\ncd', 'ab\nxd', '😀', '😁', 'a😀b', 'a😁b', '😀😀', '😀'];
  for (const from of texts) for (const to of texts) expect(applyFound(from, to)).toBe(to);
});

test('equal texts have no edit', () => {
  expect(findEdit('same', 'same')).toBeNull();
});

test('does not split a surrogate pair', () => {
  expect(findEdit('a😀b', 'a😁b')).toEqual({ start: 1, end: 3, text: '😁' });
});
