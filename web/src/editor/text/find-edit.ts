/** Finds the single edit between two texts. */

export interface TextEdit {
  /** Start offset in the old text. */
  start: number;
  /** End offset in the old text, exclusive. */
  end: number;
  /** The new text of the range. */
  text: string;
}

/** The shortest single edit from one text to another; `null` if they are equal. It does not split characters. */
export function findEdit(from: string, to: string): TextEdit | null {
  if (from === to) return null;
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && from.charCodeAt(start) === to.charCodeAt(start)) start++;
  if (isHighSurrogate(from.charCodeAt(start - 1))) start--;
  let tail = 0;
  while (tail < shorter - start && from.charCodeAt(from.length - 1 - tail) === to.charCodeAt(to.length - 1 - tail)) {
    tail++;
  }
  if (tail > 0 && isLowSurrogate(from.charCodeAt(from.length - tail))) tail--;
  return { start, end: from.length - tail, text: to.slice(start, to.length - tail) };
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
