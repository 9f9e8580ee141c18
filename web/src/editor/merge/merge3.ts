/** Three-way merge by lines. */
import { diff3Merge } from 'node-diff3';
import { type LineEnds, splitText } from '../text/line-ends';

/** Lines that both sides changed differently. */
export interface Conflict {
  /** The first line in the merged text, from 1. The text contains mine until the conflict is resolved. */
  startLine: number;
  mine: string[];
  theirs: string[];
}

export interface MergeResult {
  text: string;
  conflicts: Conflict[];
}

type Part = { ok: string[] } | { mine: string[]; theirs: string[] };

/** A segment with more comparisons becomes one conflict, because a diff would take too long. */
const MAX_COMPARISONS = 4_000_000;

/** Merges `mine` and `theirs` with their common `base`. Uses the line endings of `mine` if those of `theirs` differ. */
export function merge3(mine: string, base: string, theirs: string): MergeResult {
  const a = splitText(mine);
  const ends = a.ends;
  const [mineLines, baseLines, theirLines] = [mine, base, theirs].map((text) => linesOf(text, ends)) as [
    string[],
    string[],
    string[],
  ];
  const conflicts: Conflict[] = [];
  const result: string[] = [];
  for (const part of mergeParts(mineLines, baseLines, theirLines)) {
    if ('ok' in part) {
      for (const line of part.ok) result.push(line);
    } else {
      const [own, others] = [part.mine, part.theirs].map((lines) => lines.map(withoutEnd)) as [string[], string[]];
      conflicts.push({ startLine: result.length + 1, mine: own, theirs: others });
      for (const line of part.mine) result.push(line);
    }
  }
  return { text: ends.bom + result.join(''), conflicts };
}

/** Splits a text into lines with their endings, normalised to `defaultEnd` if both texts are uniform. */
function linesOf(text: string, { defaultEnd, chunks }: LineEnds): string[] {
  const own = splitText(text);
  const isUniform = chunks === null && own.ends.chunks === null;
  if (isUniform) return matchLines(own.content, /[^\n]*\n|[^\n]+$/g).map((line) => line.replace(/\n$/, defaultEnd));
  return matchLines(text.slice(own.ends.bom.length), /[^\r\n]*(?:\r*\n|\r)|[^\r\n]+$/g);
}

function matchLines(text: string, lines: RegExp): string[] {
  return text.match(lines) ?? [];
}

function withoutEnd(line: string): string {
  return line.replace(/\r*\n$|\r$/, '');
}

function* mergeParts(mine: string[], base: string[], theirs: string[]): Generator<Part> {
  let at = { mine: 0, base: 0, theirs: 0 };
  const end = { mine: mine.length, base: base.length, theirs: theirs.length };
  for (const anchor of [...findAnchors(mine, base, theirs), end]) {
    yield* mergeSegment(
      mine.slice(at.mine, anchor.mine),
      base.slice(at.base, anchor.base),
      theirs.slice(at.theirs, anchor.theirs),
    );
    const line = base[anchor.base];
    if (line !== undefined) yield { ok: [line] };
    at = { mine: anchor.mine + 1, base: anchor.base + 1, theirs: anchor.theirs + 1 };
  }
}

function* mergeSegment(mine: string[], base: string[], theirs: string[]): Generator<Part> {
  if (isEqual(theirs, base) || isEqual(mine, theirs)) {
    if (mine.length > 0) yield { ok: mine };
    return;
  }
  if (isEqual(mine, base)) {
    if (theirs.length > 0) yield { ok: theirs };
    return;
  }
  if (base.length * Math.max(mine.length, theirs.length) > MAX_COMPARISONS) {
    yield { mine, theirs };
    return;
  }
  for (const { ok, conflict } of diff3Merge(mine, base, theirs, { excludeFalseConflicts: true })) {
    if (conflict !== undefined) yield { mine: conflict.a, theirs: conflict.b };
    else if (ok !== undefined) yield { ok };
  }
}

function isEqual(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((line, at) => line === b[at]);
}

interface Anchor {
  mine: number;
  base: number;
  theirs: number;
}

/**
 * Finds anchors: lines that occur once in each text, in the same order.
 *
 * Comparing only the segments between anchors avoids quadratic work on whole texts.
 */
function findAnchors(mine: string[], base: string[], theirs: string[]): Anchor[] {
  const inMine = indexUniqueLines(mine);
  const inTheirs = indexUniqueLines(theirs);
  const places: Anchor[] = [];
  for (const [line, at] of indexUniqueLines(base)) {
    const own = inMine.get(line);
    const other = inTheirs.get(line);
    if (at >= 0 && own !== undefined && own >= 0 && other !== undefined && other >= 0) {
      places.push({ mine: own, base: at, theirs: other });
    }
  }
  const inOrder = longestIncreasing(places, ({ mine: at }) => at);
  return longestIncreasing(inOrder, ({ theirs: at }) => at);
}

/** Indexes lines that occur once; other lines have -1. */
function indexUniqueLines(lines: string[]): Map<string, number> {
  const indexes = new Map<string, number>();
  lines.forEach((line, at) => {
    indexes.set(line, indexes.has(line) ? -1 : at);
  });
  return indexes;
}

/** The longest subsequence whose ranks increase. */
function longestIncreasing<T>(items: T[], rank: (item: T) => number): T[] {
  interface Link {
    item: T;
    before: Link | undefined;
  }
  const ends: Link[] = [];
  for (const item of items) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const end = ends[middle];
      if (end !== undefined && rank(end.item) < rank(item)) low = middle + 1;
      else high = middle;
    }
    ends[low] = { item, before: ends[low - 1] };
  }
  const found: T[] = [];
  for (let link = ends.at(-1); link !== undefined; link = link.before) found.push(link.item);
  return found.reverse();
}
