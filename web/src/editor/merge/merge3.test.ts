/** Tests the three-way merge. */
import { expect, test } from 'vitest';
import { merge3 } from './merge3';

const BASE = 'one\ntwo\nthree\nfour\nfive\n';

test('merges edits of different lines', () => {
  expect(merge3('ONE\ntwo\nthree\nfour\nfive\n', BASE, 'one\ntwo\nthree\nfour\nFIVE\nsix\n')).toEqual({
    text: 'ONE\ntwo\nthree\nfour\nFIVE\nsix\n',
    conflicts: [],
  });
});

test('the same edit on both sides is not a conflict', () => {
  expect(merge3('one\n2\nthree\nfour\nfive\n', BASE, 'one\n2\nthree\nfour\nfive\n').conflicts).toEqual([]);
});

test('different edits of a line conflict, and the result has mine', () => {
  const { text, conflicts } = merge3('one\nmine\nthree\nfour\nfive\n', BASE, 'one\ntheirs\nalso\nthree\nfour\nfive\n');
  expect(text).toBe('one\nmine\nthree\nfour\nfive\n');
  expect(conflicts).toEqual([{ startLine: 2, mine: ['mine'], theirs: ['theirs', 'also'] }]);
});

test('deleting a line that the other side edited is a conflict', () => {
  const { conflicts } = merge3('one\nthree\nfour\nfive\n', BASE, 'one\nTWO\nthree\nfour\nfive\n');
  expect(conflicts).toEqual([{ startLine: 2, mine: [], theirs: ['TWO'] }]);
});

test('takes the changed side if the other is unchanged', () => {
  expect(merge3(BASE, BASE, 'other').text).toBe('other');
  expect(merge3('other', BASE, BASE).text).toBe('other');
  expect(merge3(BASE, BASE, '').text).toBe('');
});

test('keeps the line endings and byte order mark of mine', () => {
  const mine = `\uFEFF${BASE.replaceAll('\n', '\r\n').replace('one', 'ONE')}`;
  const { text, conflicts } = merge3(mine, BASE, BASE.replace('five', 'FIVE'));
  expect(conflicts).toEqual([]);
  expect(text).toBe('\uFEFFONE\r\ntwo\r\nthree\r\nfour\r\nFIVE\r\n');
});

test('merges mixed line endings unchanged', () => {
  const base = 'a\r\nb\nc\r\nd\n';
  expect(merge3('A\r\nb\nc\r\nd\n', base, 'a\r\nb\nc\r\nd\ne').text).toBe('A\r\nb\nc\r\nd\ne');
});

test('handles lines named like object properties', () => {
  const base = '__proto__\nconstructor\n__proto__\n';
  expect(merge3(`${base}x\n`, base, `toString\n${base}`).text).toBe(`toString\n${base}x\n`);
});

test('merges 50,000 lines in under two seconds', () => {
  const lines = Array.from({ length: 50_000 }, (_, at) => (at % 3 === 0 ? '}' : `line ${at};`));
  const edit = (at: number, text: string) => lines.with(at, text).join('\n');
  const began = performance.now();
  const { text, conflicts } = merge3(edit(7, 'mine'), lines.join('\n'), edit(49_990, 'theirs'));
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(conflicts).toEqual([]);
  expect(text).toBe(lines.with(7, 'mine').with(49_990, 'theirs').join('\n'));
});
