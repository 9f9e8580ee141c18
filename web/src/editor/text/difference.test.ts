import { expect, test } from 'vitest';
import { difference } from './difference';

function applied(from: string, to: string): string {
  const change = difference(from, to);
  return change === null ? from : from.slice(0, change.start) + change.text + from.slice(change.end);
}

test('applying the difference gives the other text', () => {
  const texts = ['', 'a', 'aa', 'aba', 'ab\ncd', 'ab\nxd', '😀', '😁', 'a😀b', 'a😁b', '😀😀', '😀'];
  for (const from of texts) for (const to of texts) expect(applied(from, to)).toBe(to);
});

test('equal texts do not differ', () => {
  expect(difference('same', 'same')).toBeNull();
});

test('a character is replaced as a whole', () => {
  expect(difference('a😀b', 'a😁b')).toEqual({ start: 1, end: 3, text: '😁' });
});
