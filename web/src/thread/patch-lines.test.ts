/** A patch as lines, and in a text. */
import { expect, test } from 'vitest';
import { patched, patchLines, placeOf, plain } from './patch-lines';

const shown = (original: string, replacement: string) =>
  patchLines({ original, replacement }).map(({ sign, text }) => sign + text);

const patch = (start_line: number, original: string, replacement: string) => ({
  start_line,
  end_line: start_line + original.split('\n').length - 1,
  original,
  replacement,
  base_version: 1,
});

test('a changed line is taken away and put there, and kept lines are there once', () => {
  expect(shown('a\nb\nc', 'a\nB\nc')).toEqual([' a', '-b', '+B', ' c']);
});

test('an empty replacement deletes all lines', () => {
  expect(shown('a\nb', '')).toEqual(['-a', '-b']);
});

test('a replacement of one line end is one empty line', () => {
  expect(shown('a', '\n')).toEqual(['-a', '+']);
});

test('lines are compared whatever ends them', () => {
  expect(shown('a\r\nb', 'a\nc')).toEqual([' a', '-b', '+c']);
});

test('lines with names of JavaScript are lines like others', () => {
  expect(shown('constructor\n__proto__', 'constructor')).toEqual([' constructor', '-__proto__']);
});

test('the patch is shown in the text at its lines', () => {
  expect(patched('a\nb\nc\n', patch(2, 'b', 'B\nB'))).toBe('a\nB\nB\nc\n');
  expect(patched('a\r\nb\r\nc', patch(2, 'b', ''))).toBe('a\nc');
});

test('a patch whose lines have moved is shown where its text is now', () => {
  expect(patched('new\na\nb\nc', patch(2, 'b', 'B'))).toBe('new\na\nB\nc');
});

test('a patch whose text is gone or there twice fits nowhere', () => {
  expect(patched('a\nx\nc', patch(2, 'b', 'B'))).toBeNull();
  expect(placeOf({ start_line: 9, original: 'b' }, ['b', 'b'])).toBeNull();
});

test('characters that turn the order of reading are written out', () => {
  expect(plain('if x\u202e {')).toBe('if x⟨U+202E⟩ {');
  expect(plain('naïve 👍')).toBe('naïve 👍');
});
