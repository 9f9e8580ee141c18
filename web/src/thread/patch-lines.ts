/** Computes a patch's line diff, and finds, adds or removes the patch in the code. */
import { diffIndices } from 'node-diff3';
import type { Patch } from '../api/types';
import type { Lines } from './lines';

export type Sign = '+' | '-' | ' ';

export interface PatchLine {
  sign: Sign;
  text: string;
}

/** Splits a text at any kind of line ending. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** The new lines. An empty replacement deletes lines; n line breaks alone are n empty lines. */
function replacementLines({ replacement }: Pick<Patch, 'replacement'>): string[] {
  if (replacement === '') return [];
  const lines = splitLines(replacement);
  return lines.every((line) => line === '') ? lines.slice(1) : lines;
}

/** Above this number of comparisons, all lines count as removed and added. */
const MAX_COMPARISONS = 4_000_000;

/** The line diff of a patch: removed lines come before added ones. */
export function diffLines(patch: Pick<Patch, 'original' | 'replacement'>): PatchLine[] {
  const before = splitLines(patch.original);
  const after = replacementLines(patch);
  const found: PatchLine[] = [];
  const put = (sign: Sign, lines: string[]) => {
    for (const text of lines) found.push({ sign, text });
  };
  if (before.length * after.length > MAX_COMPARISONS) {
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

/** The index of the first line where the patch fits: the expected one, or the only other match. */
export function findPatch(patch: Pick<Patch, 'start_line' | 'original'>, lines: readonly string[]): number | null {
  return findLines(splitLines(patch.original), patch.start_line - 1, lines);
}

function findLines(searched: readonly string[], expected: number, lines: readonly string[]): number | null {
  const fits = (first: number) => searched.every((line, index) => lines[first + index] === line);
  if (fits(expected)) return expected;
  const places: number[] = [];
  for (let first = 0; first + searched.length <= lines.length && places.length < 2; first += 1) {
    if (fits(first)) places.push(first);
  }
  return places.length === 1 ? (places[0] ?? null) : null;
}

/** Previews the code with the patch; `null` if it does not fit. */
export function addPatch(text: string, patch: Patch): string | null {
  const lines = splitLines(text);
  const first = findPatch(patch, lines);
  if (first === null) return null;
  lines.splice(first, splitLines(patch.original).length, ...replacementLines(patch));
  return lines.join('\n');
}

/** The code without the applied patch; `null` if the added lines are missing. */
export function removePatch(text: string, patch: Patch): string | null {
  const lines = splitLines(text);
  const put = replacementLines(patch);
  const first = put.length === 0 ? null : findLines(put, patch.start_line - 1, lines);
  if (first === null) return null;
  lines.splice(first, put.length, ...splitLines(patch.original));
  return lines.join('\n');
}

/**
 * Whether an applied patch was undone: the original lines are back, at their old position or within the lines of the
 * conversation. Elsewhere, equal lines may be unrelated.
 */
export function isUndone(text: string, patch: Patch, threadLines: Lines | null): boolean {
  const lines = splitLines(text);
  const first = findPatch(patch, lines);
  if (first === null) return false;
  const isInThread = threadLines !== null && first + 1 >= threadLines.start && first + 1 <= threadLines.end;
  if (first !== patch.start_line - 1 && !isInThread) return false;
  const put = replacementLines(patch);
  // If the patch only added lines, it is not undone while they exist around the original ones.
  const isPresentAt = (at: number) => put.length > 0 && put.every((line, index) => lines[at + index] === line);
  const last = first + splitLines(patch.original).length - 1;
  for (let at = first - put.length + 1; at <= last; at += 1) if (isPresentAt(at)) return false;
  return true;
}

/** Bidirectional control characters, which can make code look like different code. */
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Replaces bidirectional control characters by their visible code points. */
export function escapeBidiControls(text: string): string {
  return text.replace(
    BIDI_CONTROLS,
    (found) => `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}
