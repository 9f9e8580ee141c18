/** Tests that line endings are preserved. */
import { expect, test } from 'vitest';
import { applyEdit, joinLines, splitText } from './line-ends';

const ENDS = ['\n', '\r\n', '\r', '\r\r\n'];

/** A seeded random generator, so that failures can be reproduced. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function randomText(pick: (below: number) => number): string {
  const words = ['', 'a', 'let x = 1;', 'é😀', '\u2028', '\uFEFF', '  ', '\uD800'];
  const lines = pick(1200);
  let text = pick(3) === 0 ? '\uFEFF' : '';
  for (let line = 0; line < lines; line++) text += words[pick(words.length)] + (ENDS[pick(ENDS.length)] ?? '');
  return text + words[pick(words.length)];
}

test('an unedited text round-trips byte for byte', () => {
  for (let seed = 1; seed < 60; seed++) {
    const text = randomText(random(seed));
    const { content, ends } = splitText(text);
    expect(content).not.toContain('\r');
    expect(joinLines(content.split('\n'), ends)).toBe(text);
  }
});

test('a uniform text stores one line ending', () => {
  for (const end of ENDS) {
    expect(splitText(`a${end}b${end}${end}c`).ends).toEqual({ bom: '', defaultEnd: end, chunks: null });
  }
});

test('CR CR LF is one line ending', () => {
  const { content } = splitText('a\r\r\nb\r\rc');
  expect(content).toBe('a\nb\n\nc');
});

test('an edit keeps the endings of other lines', () => {
  for (let seed = 1; seed < 80; seed++) {
    const pick = random(seed);
    const { content, ends } = splitText(randomText(pick));
    const lines = content.split('\n');
    const first = 1 + pick(lines.length);
    const last = first + pick(lines.length - first + 1);
    const added = pick(6);
    const inserted = Array.from({ length: added + 1 }, (_, at) => (pick(2) === 0 ? '' : `new ${at}`));
    const after = [...lines.slice(0, first - 1), ...inserted, ...lines.slice(last)];
    const text = joinLines(after, applyEdit(ends, first, last, added));
    expect(splitText(text).content).toBe(after.join('\n'));
    // Next to an edit, a lone CR may have to become a LF.
    const before = joinLines(lines.slice(0, Math.max(0, first - 2)), ends);
    expect(text.startsWith(before)).toBe(true);
    const old = joinLines(lines, ends);
    const tailLines = lines.slice(last + 1);
    const tail = tailLines.length === 0 ? '' : old.slice(old.length - lengthOfTail(old, tailLines.length));
    expect(text.endsWith(tail)).toBe(true);
  }
});

/** The length of the last lines of a text. */
function lengthOfTail(text: string, lines: number): number {
  const starts = [...text.matchAll(/\r*\n|\r/g)].map((found) => found.index + found[0].length);
  return text.length - (starts.at(-lines) ?? 0);
}

test('deleting a line does not merge CR and LF', () => {
  const { ends } = splitText('a\rb\nc');
  expect(joinLines(['a', '', 'c'], ends)).toBe('a\n\nc');
});

test('new lines use the ending of the line before', () => {
  const { ends } = splitText('a\r\nb\r\nc\nd\ne\nf');
  expect(joinLines(['a', 'new', 'b', 'c', 'd', 'e', 'f'], applyEdit(ends, 1, 1, 1))).toBe(
    'a\r\nnew\r\nb\r\nc\nd\ne\nf',
  );
  expect(joinLines(['a', 'b', 'c', 'd', 'e', 'new', 'f'], applyEdit(ends, 5, 5, 1))).toBe('a\r\nb\r\nc\nd\ne\nnew\nf');
});

test('applyEdit does not change its input', () => {
  const { content, ends } = splitText('a\r\nb\nc\rd');
  applyEdit(ends, 1, 4, 0);
  expect(joinLines(content.split('\n'), ends)).toBe('a\r\nb\nc\rd');
});
