/**
 * Line ends that Monaco does not keep: it knows one kind for a whole text. Here every line keeps its own.
 *
 * Lines are those of the server (`model/src/lines.rs`), so that line numbers mean the same on both sides: a line ends with a
 * line feed and all carriage returns right before it, or with a carriage return that no line feed follows.
 */

/** A line end: `\n`, `\r\n`, `\r`, or several carriage returns before a line feed. */
export type LineEnd = string;

/** The ends of a text's lines, without the last line, which has none. Values are never changed, so that old ones can be kept. */
export interface LineEnds {
  /** The byte order mark at the beginning, which belongs to no line; as a rule empty. */
  readonly mark: string;
  /** The end of new lines: the one that most lines have. */
  readonly usual: LineEnd;
  /** Each line's end, in pieces; `null` when all lines end alike. */
  readonly pieces: readonly (readonly LineEnd[])[] | null;
}

const MARK = /^\uFEFF*/;
const END = /\r*\n|\r/g;
/** Long enough that there are few pieces, short enough that copying one is nothing. */
const PIECE = 512;

/** A text as Monaco takes it, and what Monaco would not give back. */
export function split(text: string): { content: string; ends: LineEnds } {
  // Monaco would take away a second mark, too.
  const mark = MARK.exec(text)?.[0] ?? '';
  const unmarked = text.slice(mark.length);
  if (!unmarked.includes('\r')) return { content: unmarked, ends: { mark, usual: '\n', pieces: null } };
  const each = unmarked.match(END) ?? [];
  const usual = mostUsual(each);
  const content = unmarked.replace(END, '\n');
  const pieces = each.every((end) => end === usual) ? null : cut(each);
  return { content, ends: { mark, usual, pieces } };
}

/** The text again, from lines without their ends. */
export function join(lines: readonly string[], ends: LineEnds): string {
  if (ends.pieces === null) return ends.mark + lines.join(ends.usual);
  const each = apart(lines, ends.pieces.flat());
  const parts: string[] = [ends.mark];
  lines.forEach((line, at) => {
    parts.push(line, at === lines.length - 1 ? '' : (each[at] ?? ends.usual));
  });
  return parts.join('');
}

/**
 * The ends after an edit from line `first` to line `last` (from 1), whose new text has `added` line ends.
 *
 * Lines that stay lines keep their ends; new ones end as the line before them, or as most do.
 */
export function edited(ends: LineEnds, first: number, last: number, added: number): LineEnds {
  const removed = last - first;
  if (ends.pieces === null || removed === added) return ends;
  const from = first - 1 + Math.min(removed, added);
  const fill = added > removed ? Array<LineEnd>(added - removed).fill(endBefore(ends.pieces, from) ?? ends.usual) : [];
  return { ...ends, pieces: spliced(ends.pieces, from, Math.max(0, removed - added), fill) };
}

/** A lone carriage return that edits have put right before a line feed would become one line end with it: it is written as a line feed. */
function apart(lines: readonly string[], each: LineEnd[]): LineEnd[] {
  for (let at = each.length - 2; at >= 0; at--) {
    if (each[at] === '\r' && lines[at + 1] === '' && each[at + 1] !== '\r') each[at] = '\n';
  }
  return each;
}

function endBefore(pieces: readonly (readonly LineEnd[])[], index: number): LineEnd | undefined {
  const { piece, offset } = locate(pieces, Math.max(0, index - 1));
  return pieces[piece]?.[offset];
}

/** Where the end with an index is: its piece, and its place in that. */
function locate(pieces: readonly (readonly LineEnd[])[], index: number): { piece: number; offset: number } {
  let offset = index;
  for (let piece = 0; piece < pieces.length; piece++) {
    const { length } = pieces[piece] ?? [];
    if (offset < length) return { piece, offset };
    offset -= length;
  }
  return { piece: pieces.length, offset: 0 };
}

/** Copies only the pieces that change. */
function spliced(
  pieces: readonly (readonly LineEnd[])[],
  from: number,
  removed: number,
  fill: readonly LineEnd[],
): readonly (readonly LineEnd[])[] {
  const begin = locate(pieces, from);
  const end = locate(pieces, from + removed);
  const before = (pieces[begin.piece] ?? []).slice(0, begin.offset);
  const after = (pieces[end.piece] ?? []).slice(end.offset);
  const middle = [...before, ...fill, ...after];
  return [...pieces.slice(0, begin.piece), ...cut(middle), ...pieces.slice(end.piece + 1)];
}

function cut(each: readonly LineEnd[]): LineEnd[][] {
  const pieces: LineEnd[][] = [];
  for (let at = 0; at < each.length; at += PIECE) pieces.push(each.slice(at, at + PIECE));
  return pieces;
}

/** Of several the shortest, and a line feed before a carriage return, as on the server. */
function mostUsual(each: readonly LineEnd[]): LineEnd {
  const counts = new Map<LineEnd, number>([['\n', 0]]);
  for (const end of each) {
    if (end.length <= '\r\r\n'.length) counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || a.length - b.length);
  return first?.[0] ?? '\n';
}
