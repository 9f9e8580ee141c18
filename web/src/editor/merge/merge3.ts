/** Puts two edits of one text together. Where both changed the same lines there is a conflict. */
import { diff3Merge } from 'node-diff3';
import { type LineEnds, split } from '../text/line-ends';

/** Lines that both changed in different ways. */
export interface Conflict {
  /** Where they begin in the merged text, from 1. Until it is decided, mine stands there. */
  startLine: number;
  mine: string[];
  theirs: string[];
}

export interface Merged {
  text: string;
  conflicts: Conflict[];
}

type Part = { ok: string[] } | { mine: string[]; theirs: string[] };

/** Segments with more to compare than this count as one conflict: the algorithm would take too long. */
const MOST_COMPARISONS = 4_000_000;

/** Merges `mine` and `theirs`, which both began as `base`. Line ends are mine where theirs differ in all lines. */
export function merge3(mine: string, base: string, theirs: string): Merged {
  const a = split(mine);
  const ends = a.ends;
  const [mineLines, baseLines, theirLines] = [mine, base, theirs].map((text) => linesOf(text, ends)) as [
    string[],
    string[],
    string[],
  ];
  const conflicts: Conflict[] = [];
  const result: string[] = [];
  for (const part of merged(mineLines, baseLines, theirLines)) {
    if ('ok' in part) {
      for (const line of part.ok) result.push(line);
    } else {
      const [own, others] = [part.mine, part.theirs].map((lines) => lines.map(withoutEnd)) as [string[], string[]];
      conflicts.push({ startLine: result.length + 1, mine: own, theirs: others });
      for (const line of part.mine) result.push(line);
    }
  }
  return { text: ends.mark + result.join(''), conflicts };
}

/** A text's lines with their ends, which are all of one kind if those of the merged text are. */
function linesOf(text: string, { usual, pieces }: LineEnds): string[] {
  const own = split(text);
  const isUniform = pieces === null && own.ends.pieces === null;
  if (isUniform) return pieced(own.content, /[^\n]*\n|[^\n]+$/g).map((line) => line.replace(/\n$/, usual));
  return pieced(text.slice(own.ends.mark.length), /[^\r\n]*(?:\r*\n|\r)|[^\r\n]+$/g);
}

function pieced(text: string, lines: RegExp): string[] {
  return text.match(lines) ?? [];
}

function withoutEnd(line: string): string {
  return line.replace(/\r*\n$|\r$/, '');
}

function* merged(mine: string[], base: string[], theirs: string[]): Generator<Part> {
  let at = { mine: 0, base: 0, theirs: 0 };
  const end = { mine: mine.length, base: base.length, theirs: theirs.length };
  for (const anchor of [...anchors(mine, base, theirs), end]) {
    yield* segment(
      mine.slice(at.mine, anchor.mine),
      base.slice(at.base, anchor.base),
      theirs.slice(at.theirs, anchor.theirs),
    );
    const line = base[anchor.base];
    if (line !== undefined) yield { ok: [line] };
    at = { mine: anchor.mine + 1, base: anchor.base + 1, theirs: anchor.theirs + 1 };
  }
}

function* segment(mine: string[], base: string[], theirs: string[]): Generator<Part> {
  if (isEqual(theirs, base) || isEqual(mine, theirs)) {
    if (mine.length > 0) yield { ok: mine };
    return;
  }
  if (isEqual(mine, base)) {
    if (theirs.length > 0) yield { ok: theirs };
    return;
  }
  if (base.length * Math.max(mine.length, theirs.length) > MOST_COMPARISONS) {
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

interface Place {
  mine: number;
  base: number;
  theirs: number;
}

/**
 * Lines that are in each text once, in the same order: the texts are compared between them.
 *
 * That keeps the work small, since comparing whole texts takes the square of their lengths.
 */
function anchors(mine: string[], base: string[], theirs: string[]): Place[] {
  const inMine = uniques(mine);
  const inTheirs = uniques(theirs);
  const places: Place[] = [];
  for (const [line, at] of uniques(base)) {
    const own = inMine.get(line);
    const other = inTheirs.get(line);
    if (at >= 0 && own !== undefined && own >= 0 && other !== undefined && other >= 0) {
      places.push({ mine: own, base: at, theirs: other });
    }
  }
  const inOrder = rising(places, ({ mine: at }) => at);
  return rising(inOrder, ({ theirs: at }) => at);
}

/** Where each line is that occurs once; -1 for others. */
function uniques(lines: string[]): Map<string, number> {
  const found = new Map<string, number>();
  lines.forEach((line, at) => {
    found.set(line, found.has(line) ? -1 : at);
  });
  return found;
}

/** The longest part of a list in which a value rises. */
function rising<T>(items: T[], rank: (item: T) => number): T[] {
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
