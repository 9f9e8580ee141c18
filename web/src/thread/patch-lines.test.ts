/** Tests patches as line diffs and in the code. */
import { expect, test } from 'vitest';
import { addPatch, diffLines, escapeBidiControls, findPatch, isUndone, removePatch } from './patch-lines';

const signedLines = (original: string, replacement: string) =>
  diffLines({ original, replacement }).map(({ sign, text }) => sign + text);

const patch = (start_line: number, original: string, replacement: string) => ({
  start_line,
  end_line: start_line + original.split('\n').length - 1,
  original,
  replacement,
  base_version: 1,
});

test('shows a changed line as removed and added, and kept lines once', () => {
  expect(signedLines('a\nb\nc', 'a\nB\nc')).toEqual([' a', '-b', '+B', ' c']);
});

test('an empty replacement deletes all lines', () => {
  expect(signedLines('a\nb', '')).toEqual(['-a', '-b']);
});

test('a replacement of one line break is one empty line', () => {
  expect(signedLines('a', '\n')).toEqual(['-a', '+']);
});

test('compares lines regardless of their endings', () => {
  expect(signedLines('a\r\nb', 'a\nc')).toEqual([' a', '-b', '+c']);
});

test('handles lines named like object properties', () => {
  expect(signedLines('constructor\n__proto__', 'constructor')).toEqual([' constructor', '-__proto__']);
});

test('adds the patch at its lines', () => {
  expect(addPatch('a\nb\nc\n', patch(2, 'b', 'B\nB'))).toBe('a\nB\nB\nc\n');
  expect(addPatch('a\r\nb\r\nc', patch(2, 'b', ''))).toBe('a\nc');
});

test('adds the patch where its original lines moved', () => {
  expect(addPatch('new\na\nb\nc', patch(2, 'b', 'B'))).toBe('new\na\nB\nc');
});

test('returns null if the original lines are missing or ambiguous', () => {
  expect(addPatch('a\nx\nc', patch(2, 'b', 'B'))).toBeNull();
  expect(findPatch({ start_line: 9, original: 'b' }, ['b', 'b'])).toBeNull();
});

test('removes an applied patch by its added lines', () => {
  expect(removePatch('a\nB\nB\nc\n', patch(2, 'b', 'B\nB'))).toBe('a\nb\nc\n');
  expect(removePatch('new\na\nB', patch(2, 'b', 'B'))).toBe('new\na\nb');
  expect(removePatch('a\nc', patch(2, 'b', ''))).toBeNull();
  expect(removePatch('a\nx\nc', patch(2, 'b', 'B'))).toBeNull();
});

test('a patch is undone if the original lines are back', () => {
  expect(isUndone('a\nb\nc', patch(2, 'b', 'B'), null)).toBe(true);
  expect(isUndone('a\nB\nc', patch(2, 'b', 'B'), null)).toBe(false);
  expect(isUndone('a\nb\nc', patch(2, 'b', ''), null)).toBe(true);
});

test('a patch that only adds lines is not undone while they exist', () => {
  expect(isUndone('a\nb\nB\nc', patch(2, 'b', 'b\nB'), null)).toBe(false);
  expect(isUndone('a\nb\nc', patch(2, 'b', 'b\nB'), null)).toBe(true);
});

test("finds moved lines within the conversation's lines", () => {
  expect(isUndone('new\na\nb\nc', patch(2, 'b', 'B'), { start: 3, end: 3 })).toBe(true);
  expect(isUndone('new\na\nx\nb', patch(2, 'b', 'B'), { start: 3, end: 3 })).toBe(false);
});

test('writes bidirectional control characters as code points', () => {
  expect(escapeBidiControls('if x\u202e {')).toBe('if x⟨U+202E⟩ {');
  expect(escapeBidiControls('naïve 👍')).toBe('naïve 👍');
});
