/**
 * Preserves the line ending of every line. Monaco supports only one kind per text.
 *
 * Lines are defined as on the server (`review/src/lines.rs`), so that line numbers agree: a line ends with a line feed
 * and all carriage returns directly before it, or with a carriage return without a following line feed.
 */

/**
 * `
 * `, `\r
 * `, `\r`, or several carriage returns before a line feed.
 */
export type LineEnd = string;

/** The endings of all lines but the last, which has none. Immutable, so that old values can be kept for undo. */
export interface LineEnds {
  /** Byte order marks at the beginning, which belong to no line; usually empty. */
  readonly bom: string;
  /** The most common ending, used for new lines. */
  readonly defaultEnd: LineEnd;
  /** The ending of each line, in chunks; `null` if all are equal. */
  readonly chunks: readonly (readonly LineEnd[])[] | null;
}

const MARK = /^\uFEFF*/;
const END = /\r*\n|\r/g;
/** Large enough for few chunks, small enough to copy cheaply. */
const CHUNK_SIZE = 512;

/** Splits a text into the content for Monaco and its line endings. */
export function splitText(text: string): { content: string; ends: LineEnds } {
  // Monaco would also remove a second byte order mark.
  const bom = MARK.exec(text)?.[0] ?? '';
  const withoutBom = text.slice(bom.length);
  if (!withoutBom.includes('\r')) return { content: withoutBom, ends: { bom, defaultEnd: '\n', chunks: null } };
  const each = withoutBom.match(END) ?? [];
  const usual = mostCommonEnd(each);
  const content = withoutBom.replace(END, '\n');
  const pieces = each.every((end) => end === usual) ? null : cutIntoChunks(each);
  return { content, ends: { bom, defaultEnd: usual, chunks: pieces } };
}

/** Joins lines with their endings. */
export function joinLines(lines: readonly string[], ends: LineEnds): string {
  if (ends.chunks === null) return ends.bom + lines.join(ends.defaultEnd);
  const each = separateCarriageReturns(lines, ends.chunks.flat());
  const parts: string[] = [ends.bom];
  lines.forEach((line, at) => {
    parts.push(line, at === lines.length - 1 ? '' : (each[at] ?? ends.defaultEnd));
  });
  return parts.join('');
}

/**
 * Returns the endings after an edit of lines `first` to `last` (from 1) whose new text has `added` line breaks.
 *
 * Remaining lines keep their endings. New lines use the ending of the line before, or the default.
 */
export function applyEdit(ends: LineEnds, first: number, last: number, added: number): LineEnds {
  const removed = last - first;
  if (ends.chunks === null || removed === added) return ends;
  const from = first - 1 + Math.min(removed, added);
  const fill =
    added > removed ? Array<LineEnd>(added - removed).fill(endBefore(ends.chunks, from) ?? ends.defaultEnd) : [];
  return { ...ends, chunks: spliceChunks(ends.chunks, from, Math.max(0, removed - added), fill) };
}

/** Writes a CR as LF if an edit moved it directly before a LF, where both would become one line ending. */
function separateCarriageReturns(lines: readonly string[], each: LineEnd[]): LineEnd[] {
  for (let at = each.length - 2; at >= 0; at--) {
    if (each[at] === '\r' && lines[at + 1] === '' && each[at + 1] !== '\r') each[at] = '\n';
  }
  return each;
}

function endBefore(pieces: readonly (readonly LineEnd[])[], index: number): LineEnd | undefined {
  const { piece, offset } = locate(pieces, Math.max(0, index - 1));
  return pieces[piece]?.[offset];
}

/** Finds the chunk and the offset of a line ending. */
function locate(pieces: readonly (readonly LineEnd[])[], index: number): { piece: number; offset: number } {
  let offset = index;
  for (let piece = 0; piece < pieces.length; piece++) {
    const { length } = pieces[piece] ?? [];
    if (offset < length) return { piece, offset };
    offset -= length;
  }
  return { piece: pieces.length, offset: 0 };
}

/** Replaces endings; copies only the changed chunks. */
function spliceChunks(
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
  return [...pieces.slice(0, begin.piece), ...cutIntoChunks(middle), ...pieces.slice(end.piece + 1)];
}

function cutIntoChunks(each: readonly LineEnd[]): LineEnd[][] {
  const pieces: LineEnd[][] = [];
  for (let at = 0; at < each.length; at += CHUNK_SIZE) pieces.push(each.slice(at, at + CHUNK_SIZE));
  return pieces;
}

/** Of equally common endings, the shortest, and LF before CR, as on the server. */
function mostCommonEnd(each: readonly LineEnd[]): LineEnd {
  const counts = new Map<LineEnd, number>([['\n', 0]]);
  for (const end of each) {
    if (end.length <= '\r\r\n'.length) counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || a.length - b.length);
  return first?.[0] ?? '\n';
}
