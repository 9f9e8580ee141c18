/** What differs between two texts, as one edit. */

export interface Difference {
  /** From this offset of the old text… */
  start: number;
  /** …to this one, which is excluded… */
  end: number;
  /** …it becomes this. */
  text: string;
}

/** The shortest single edit that makes one text of another; `null` when they are equal. It splits no character. */
export function difference(from: string, to: string): Difference | null {
  if (from === to) return null;
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && from.charCodeAt(start) === to.charCodeAt(start)) start++;
  if (isHigh(from.charCodeAt(start - 1))) start--;
  let tail = 0;
  while (tail < shorter - start && from.charCodeAt(from.length - 1 - tail) === to.charCodeAt(to.length - 1 - tail)) {
    tail++;
  }
  if (tail > 0 && isLow(from.charCodeAt(from.length - tail))) tail--;
  return { start, end: from.length - tail, text: to.slice(start, to.length - tail) };
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
