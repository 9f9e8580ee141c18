/** Detects the encoding of a file, decodes it, and rejects binary files. */
import { CODE_BYTES } from '../../generated/limits';

export type Encoding =
  | 'UTF-8'
  | 'UTF-8 with BOM'
  /** Mostly UTF-8; invalid bytes are replaced by `�`. */
  | 'damaged UTF-8'
  | 'UTF-16 LE'
  | 'UTF-16 BE'
  | 'Windows-1252';

export type Decoded = { text: string; encoding: Encoding } | { refused: 'binary' | 'tooLarge' };

/** The maximum file size: UTF-16 uses two bytes for each byte of ASCII, plus the byte order mark. */
export const MAX_FILE_BYTES = 2 * CODE_BYTES + 2;

/** Decodes a file. Keeps line endings and the byte order mark of UTF-8. */
export function decodeFile(bytes: Uint8Array): Decoded {
  if (bytes.length > MAX_FILE_BYTES) return { refused: 'tooLarge' };
  const decoded = decode(bytes);
  if (decoded === undefined) return { refused: 'binary' };
  return utf8Length(decoded.text) > CODE_BYTES ? { refused: 'tooLarge' } : decoded;
}

export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function decode(bytes: Uint8Array): { text: string; encoding: Encoding } | undefined {
  const utf16 = detectUtf16(bytes);
  if (utf16 !== undefined) {
    // Drop the byte order mark, which has no meaning in UTF-8.
    const text = decodeStrict(bytes, utf16 === 'UTF-16 LE' ? 'utf-16le' : 'utf-16be', false);
    return text === undefined || !isText(text) ? undefined : { text, encoding: utf16 };
  }
  const utf8 = decodeStrict(bytes, 'utf-8', true);
  if (utf8 !== undefined) {
    const encoding = utf8.startsWith('\uFEFF') ? 'UTF-8 with BOM' : 'UTF-8';
    return isText(utf8) ? { text: utf8, encoding } : undefined;
  }
  return decodeDamagedUtf8(bytes) ?? decodeWindows1252(bytes);
}

function decodeStrict(bytes: Uint8Array, label: string, ignoreBOM: boolean): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Detects UTF-16 by its byte order mark, or by the zero in every second byte of Latin text. */
function detectUtf16(bytes: Uint8Array): 'UTF-16 LE' | 'UTF-16 BE' | undefined {
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
const REPLACEMENT_CHARACTER = /\uFFFD/g;

/** Decodes UTF-8 with a few invalid bytes. Windows-1252 would garble all its non-ASCII letters. */
function decodeDamagedUtf8(bytes: Uint8Array): { text: string; encoding: Encoding } | undefined {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const replaced = text.match(REPLACEMENT_CHARACTER)?.length ?? 0;
  const kept = (text.match(NON_ASCII)?.length ?? 0) - replaced;
  return kept > replaced && isText(text) ? { text, encoding: 'damaged UTF-8' } : undefined;
}

/** Decodes Windows-1252, in which almost every byte is a character. Only control characters reveal binary data. */
function decodeWindows1252(bytes: Uint8Array): { text: string; encoding: Encoding } | undefined {
  const text = new TextDecoder('windows-1252').decode(bytes);
  return countControls(text) > 0 || text.includes('\0') ? undefined : { text, encoding: 'Windows-1252' };
}

// Excludes control characters of text files: bell to carriage return, escape, and the DOS end mark.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the regex detects control characters.
const CONTROLS = /[\x01-\x06\x0e-\x19\x1c-\x1f\x7f-\x9f]/g;

function countControls(text: string): number {
  return text.match(CONTROLS)?.length ?? 0;
}

/** Source code may contain a few control characters, but no zero byte. */
function isText(text: string): boolean {
  return !text.includes('\0') && countControls(text) * 100 <= text.length;
}
