/** The text of a file: its encoding is found by its bytes, and what is no text is refused. */

/** The most that a session takes, in bytes of UTF-8. */
export const MAX_BYTES = 5 * 1024 * 1024;

export type Encoding =
  | 'UTF-8'
  | 'UTF-8 with BOM'
  /** Mostly UTF-8, with bytes that are none and are replaced by `�`. */
  | 'damaged UTF-8'
  | 'UTF-16 LE'
  | 'UTF-16 BE'
  | 'Windows-1252';

export type Decoded = { text: string; encoding: Encoding } | { refused: 'binary' | 'tooLarge' };

/** No encoding takes more bytes than this for a text that fits: UTF-16 has two for what UTF-8 has one. */
export const MAX_FILE_BYTES = 2 * MAX_BYTES + 2;

/** Decodes a file. Line ends stay, and so does the byte order mark of UTF-8. */
export function decodeFile(bytes: Uint8Array): Decoded {
  if (bytes.length > MAX_FILE_BYTES) return { refused: 'tooLarge' };
  const found = decode(bytes);
  if (found === undefined) return { refused: 'binary' };
  return utf8Length(found.text) > MAX_BYTES ? { refused: 'tooLarge' } : found;
}

/** How many bytes of UTF-8 a text has. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function decode(bytes: Uint8Array): { text: string; encoding: Encoding } | undefined {
  const wide = wideEncoding(bytes);
  if (wide !== undefined) {
    // Its byte order mark says nothing in UTF-8.
    const text = strict(bytes, wide === 'UTF-16 LE' ? 'utf-16le' : 'utf-16be', false);
    return text === undefined || !isText(text) ? undefined : { text, encoding: wide };
  }
  const utf8 = strict(bytes, 'utf-8', true);
  if (utf8 !== undefined) {
    const encoding = utf8.startsWith('\uFEFF') ? 'UTF-8 with BOM' : 'UTF-8';
    return isText(utf8) ? { text: utf8, encoding } : undefined;
  }
  return damaged(bytes) ?? western(bytes);
}

function strict(bytes: Uint8Array, label: string, ignoreBOM: boolean): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** UTF-16 by its byte order mark, or by the zero bytes that every second byte of a Latin text is. */
function wideEncoding(bytes: Uint8Array): 'UTF-16 LE' | 'UTF-16 BE' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16 LE';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16 BE';
  if (bytes.length < 4 || bytes.length % 2 !== 0) return undefined;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    if (bytes[at] === 0) even++;
    if (bytes[at + 1] === 0) odd++;
  }
  const many = (bytes.length / 2) * 0.3;
  const few = (bytes.length / 2) * 0.02;
  if (odd >= many && even <= few) return 'UTF-16 LE';
  if (even >= many && odd <= few) return 'UTF-16 BE';
  return undefined;
}

const NON_ASCII = /[^\0-\x7f]/gu;
const REPLACED = /\uFFFD/g;

/** A UTF-8 text in which a few bytes are broken. Read as Windows-1252, every other letter of it would be garbled. */
function damaged(bytes: Uint8Array): { text: string; encoding: Encoding } | undefined {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const replaced = text.match(REPLACED)?.length ?? 0;
  const kept = (text.match(NON_ASCII)?.length ?? 0) - replaced;
  return kept > replaced && isText(text) ? { text, encoding: 'damaged UTF-8' } : undefined;
}

/** Every byte is a character of Windows-1252, so control characters alone tell binary data from text. */
function western(bytes: Uint8Array): { text: string; encoding: Encoding } | undefined {
  const text = new TextDecoder('windows-1252').decode(bytes);
  return controls(text) > 0 || text.includes('\0') ? undefined : { text, encoding: 'Windows-1252' };
}

// Not those that text files have: bell to carriage return, escape, and the end mark of DOS.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROLS = /[\x01-\x06\x0e-\x19\x1c-\x1f\x7f-\x9f]/g;

function controls(text: string): number {
  return text.match(CONTROLS)?.length ?? 0;
}

/** Source code may hold a stray control character, but no zero and not many of them. */
function isText(text: string): boolean {
  return !text.includes('\0') && controls(text) * 100 <= text.length;
}
