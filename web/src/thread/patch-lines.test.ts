/** A patch as lines, and in a text. */
import { expect, test } from 'vitest';
import { isUndone, patched, patchLines, placeOf, plain, unpatched } from './patch-lines';

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

test('the text before an applied patch is found by the lines that it put there', () => {
  expect(unpatched('a\nB\nB\nc\n', patch(2, 'b', 'B\nB'))).toBe('a\nb\nc\n');
  expect(unpatched('new\na\nB', patch(2, 'b', 'B'))).toBe('new\na\nb');
  expect(unpatched('a\nc', patch(2, 'b', ''))).toBeNull();
  expect(unpatched('a\nx\nc', patch(2, 'b', 'B'))).toBeNull();
});

test('a patch is undone when what it replaced stands there again', () => {
  expect(isUndone('a\nb\nc', patch(2, 'b', 'B'), null)).toBe(true);
  expect(isUndone('a\nB\nc', patch(2, 'b', 'B'), null)).toBe(false);
  expect(isUndone('a\nb\nc', patch(2, 'b', ''), null)).toBe(true);
});

test('a patch that only adds lines is not undone while they are there', () => {
  expect(isUndone('a\nb\nB\nc', patch(2, 'b', 'b\nB'), null)).toBe(false);
  expect(isUndone('a\nb\nc', patch(2, 'b', 'b\nB'), null)).toBe(true);
});

test('lines that have moved are known by the lines of the conversation', () => {
  expect(isUndone('new\na\nb\nc', patch(2, 'b', 'B'), { start: 3, end: 3 })).toBe(true);
  expect(isUndone('new\na\nx\nb', patch(2, 'b', 'B'), { start: 3, end: 3 })).toBe(false);
});

test('characters that turn the order of reading are written out', () => {
  expect(plain('if x\u202e {')).toBe('if x⟨U+202E⟩ {');
  expect(plain('naïve 👍')).toBe('naïve 👍');
});
