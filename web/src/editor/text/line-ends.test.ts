import { expect, test } from 'vitest';
import { edited, join, split } from './line-ends';

const ENDS = ['\n', '\r\n', '\r', '\r\r\n'];

/** A generator of repeatable numbers, so that a failure can be looked at. */
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

test('a text that is not edited comes back byte for byte', () => {
  for (let seed = 1; seed < 60; seed++) {
    const text = randomText(random(seed));
    const { content, ends } = split(text);
    expect(content).not.toContain('\r');
    expect(join(content.split('\n'), ends)).toBe(text);
  }
});

test('uniform texts need no memory for each line', () => {
  for (const end of ENDS) {
    expect(split(`a${end}b${end}${end}c`).ends).toEqual({ mark: '', usual: end, pieces: null });
  }
});

test('a carriage return before a carriage return and a line feed belongs to one line end', () => {
  const { content } = split('a\r\r\nb\r\rc');
  expect(content).toBe('a\nb\n\nc');
});

test('edits leave the ends of other lines alone', () => {
  for (let seed = 1; seed < 80; seed++) {
    const pick = random(seed);
    const { content, ends } = split(randomText(pick));
    const lines = content.split('\n');
    const first = 1 + pick(lines.length);
    const last = first + pick(lines.length - first + 1);
    const added = pick(6);
    const inserted = Array.from({ length: added + 1 }, (_, at) => (pick(2) === 0 ? '' : `new ${at}`));
    const after = [...lines.slice(0, first - 1), ...inserted, ...lines.slice(last)];
    const text = join(after, edited(ends, first, last, added));
    expect(split(text).content).toBe(after.join('\n'));
    // Right beside an edit a lone carriage return may have to become a line feed.
    const before = join(lines.slice(0, Math.max(0, first - 2)), ends);
    expect(text.startsWith(before)).toBe(true);
    const old = join(lines, ends);
    const tailLines = lines.slice(last + 1);
    const tail = tailLines.length === 0 ? '' : old.slice(old.length - lengthOfTail(old, tailLines.length));
    expect(text.endsWith(tail)).toBe(true);
  }
});

/** How many characters the last lines of a text have. */
function lengthOfTail(text: string, lines: number): number {
  const starts = [...text.matchAll(/\r*\n|\r/g)].map((found) => found.index + found[0].length);
  return text.length - (starts.at(-lines) ?? 0);
}

test('a deleted line does not join a carriage return with a line feed', () => {
  const { ends } = split('a\rb\nc');
  expect(join(['a', '', 'c'], ends)).toBe('a\n\nc');
});

test('new lines end as the line before them', () => {
  const { ends } = split('a\r\nb\r\nc\nd\ne\nf');
  expect(join(['a', 'new', 'b', 'c', 'd', 'e', 'f'], edited(ends, 1, 1, 1))).toBe('a\r\nnew\r\nb\r\nc\nd\ne\nf');
  expect(join(['a', 'b', 'c', 'd', 'e', 'new', 'f'], edited(ends, 5, 5, 1))).toBe('a\r\nb\r\nc\nd\ne\nnew\nf');
});

test('old ends stay as they were after an edit', () => {
  const { content, ends } = split('a\r\nb\nc\rd');
  edited(ends, 1, 4, 0);
  expect(join(content.split('\n'), ends)).toBe('a\r\nb\nc\rd');
});
