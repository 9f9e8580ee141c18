/** A patch as lines: what it takes away, what it puts there, and where it fits a text. */
import { diffIndices } from 'node-diff3';
import type { Patch } from '../api/types';

export type Sign = '+' | '-' | ' ';

export interface PatchLine {
  sign: Sign;
  text: string;
}

/** The text of a patch or a file as lines, whatever ends them. */
export function linesIn(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** What the replaced lines become. An empty replacement deletes them; line ends alone are so many empty lines. */
function replacementLines({ replacement }: Pick<Patch, 'replacement'>): string[] {
  if (replacement === '') return [];
  const lines = linesIn(replacement);
  return lines.every((line) => line === '') ? lines.slice(1) : lines;
}

/** Above this many comparisons lines are not compared: all are removed, and all are added. */
const COMPARISONS = 4_000_000;

/** The patch line by line: removed ones stand before those that take their place, and kept ones are there once. */
export function patchLines(patch: Pick<Patch, 'original' | 'replacement'>): PatchLine[] {
  const before = linesIn(patch.original);
  const after = replacementLines(patch);
  const found: PatchLine[] = [];
  const put = (sign: Sign, lines: string[]) => {
    for (const text of lines) found.push({ sign, text });
  };
  if (before.length * after.length > COMPARISONS) {
    put('-', before);
    put('+', after);
    return found;
  }
  let kept = 0;
  for (const { buffer1, buffer2 } of diffIndices(before, after)) {
    put(' ', before.slice(kept, buffer1[0]));
    put('-', before.slice(buffer1[0], buffer1[0] + buffer1[1]));
    put('+', after.slice(buffer2[0], buffer2[0] + buffer2[1]));
    kept = buffer1[0] + buffer1[1];
  }
  put(' ', before.slice(kept));
  return found;
}

/** The first line, from 0, at which the patch fits: where it says, or the one other place that has its text. */
export function placeOf(patch: Pick<Patch, 'start_line' | 'original'>, lines: readonly string[]): number | null {
  const original = linesIn(patch.original);
  const fits = (first: number) => original.every((line, index) => lines[first + index] === line);
  if (fits(patch.start_line - 1)) return patch.start_line - 1;
  const places: number[] = [];
  for (let first = 0; first + original.length <= lines.length && places.length < 2; first += 1) {
    if (fits(first)) places.push(first);
  }
  return places.length === 1 ? (places[0] ?? null) : null;
}

/** The text with the patch in it, as it is shown before the server applies it; `null` when it does not fit any more. */
export function patched(text: string, patch: Patch): string | null {
  const lines = linesIn(text);
  const first = placeOf(patch, lines);
  if (first === null) return null;
  lines.splice(first, linesIn(patch.original).length, ...replacementLines(patch));
  return lines.join('\n');
}

/** Characters that turn the order of what is read, so that code looks like other code. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Code with the characters that would hide what it is, written out. */
export function plain(text: string): string {
  return text.replace(
    TURNING,
    (found) => `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}
