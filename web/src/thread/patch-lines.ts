/** A patch as lines: what it takes away, what it puts there, and where it fits a text. */
import { diffIndices } from 'node-diff3';
import type { Patch } from '../api/types';
import type { Lines } from './lines';

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
  return place(linesIn(patch.original), patch.start_line - 1, lines);
}

function place(wanted: readonly string[], expected: number, lines: readonly string[]): number | null {
  const fits = (first: number) => wanted.every((line, index) => lines[first + index] === line);
  if (fits(expected)) return expected;
  const places: number[] = [];
  for (let first = 0; first + wanted.length <= lines.length && places.length < 2; first += 1) {
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

/** The text as it was before the patch; `null` when the lines that it put there are not to be found. */
export function unpatched(text: string, patch: Patch): string | null {
  const lines = linesIn(text);
  const put = replacementLines(patch);
  const first = put.length === 0 ? null : place(put, patch.start_line - 1, lines);
  if (first === null) return null;
  lines.splice(first, put.length, ...linesIn(patch.original));
  return lines.join('\n');
}

/**
 * Whether the lines that an applied patch replaced stand in the text again: where they were, or within the lines that
 * the conversation is about. Elsewhere the same text may be another place's.
 */
export function isUndone(text: string, patch: Patch, about: Lines | null): boolean {
  const lines = linesIn(text);
  const first = placeOf(patch, lines);
  if (first === null) return false;
  const isThere = about !== null && first + 1 >= about.start && first + 1 <= about.end;
  if (first !== patch.start_line - 1 && !isThere) return false;
  const put = replacementLines(patch);
  // Lines that were added to others stand around them: as long as they do, nothing is undone.
  const stands = (at: number) => put.length > 0 && put.every((line, index) => lines[at + index] === line);
  const last = first + linesIn(patch.original).length - 1;
  for (let at = first - put.length + 1; at <= last; at += 1) if (stands(at)) return false;
  return true;
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
