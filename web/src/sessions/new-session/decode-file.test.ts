/** Tests decoding of files. */
import { describe, expect, test } from 'vitest';
import { CODE_BYTES } from '../../generated/limits';
import { type Decoded, decodeFile, utf8Length } from './decode-file';

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function utf16(text: string, order: 'LE' | 'BE', hasMark = true): Uint8Array {
  const units = [...(hasMark ? '\uFEFF' : ''), ...text].join('');
  const bytes = new Uint8Array(units.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < units.length; at++) view.setUint16(at * 2, units.charCodeAt(at), order === 'LE');
  return bytes;
}

function bytesOf(...bytes: number[]): Uint8Array {
  return Uint8Array.from(bytes);
}

function text(text: string, encoding: string): Decoded {
  return { text, encoding } as Decoded;
}

describe('UTF-8', () => {
  test('an empty file is an empty text', () => {
    expect(decodeFile(bytesOf())).toEqual(text('', 'UTF-8'));
  });

  test('line ends stay as they are', () => {
    const mixed = 'a\r\nb\nc\rd\u2028e\r\n';
    expect(decodeFile(utf8(mixed))).toEqual(text(mixed, 'UTF-8'));
  });

  test('emoji, combining marks and right-to-left letters stay as they are', () => {
    const all = 'é e\u0301 👩🏽‍💻 שלום 漢字 \u{1F980}';
    expect(decodeFile(utf8(all))).toEqual(text(all, 'UTF-8'));
  });

  test('the byte order mark is kept', () => {
    expect(decodeFile(bytesOf(0xef, 0xbb, 0xbf, 0x61))).toEqual(text('\uFEFFa', 'UTF-8 with BOM'));
    expect(decodeFile(bytesOf(0xef, 0xbb, 0xbf))).toEqual(text('\uFEFF', 'UTF-8 with BOM'));
  });

  test('decoding and encoding gives the same bytes', () => {
    const file = bytesOf(0xef, 0xbb, 0xbf, 0x61, 0x0d, 0x0a, 0xc3, 0xa9, 0xf0, 0x9f, 0xa6, 0x80);
    const decoded = decodeFile(file);
    expect('text' in decoded && [...utf8(decoded.text)]).toEqual([...file]);
  });

  test('a replacement character in the file is not damage', () => {
    expect(decodeFile(utf8('a\uFFFDb'))).toEqual(text('a\uFFFDb', 'UTF-8'));
  });

  test('replaces a few invalid bytes and reports damaged UTF-8', () => {
    const file = bytesOf(...utf8('größer für Übermut '), 0xff, ...utf8(' ende'));
    expect(decodeFile(file)).toEqual(text('größer für Übermut \uFFFD ende', 'damaged UTF-8'));
  });

  test('an encoded lone surrogate does not reach the text', () => {
    const file = bytesOf(...utf8('äöü äöü äöü '), 0xed, 0xa0, 0x80);
    const decoded = decodeFile(file);
    expect(decoded).toMatchObject({ encoding: 'damaged UTF-8' });
    expect('text' in decoded && /\p{Surrogate}/u.test(decoded.text)).toBe(false);
  });
});

describe('UTF-16', () => {
  test.each(['LE', 'BE'] as const)('converts UTF-16 %s with a byte order mark', (order) => {
    expect(decodeFile(utf16('let a = "é🦀";\r\n', order))).toEqual(text('let a = "é🦀";\r\n', `UTF-16 ${order}`));
  });

  test.each(['LE', 'BE'] as const)('detects UTF-16 %s without a byte order mark by its zero bytes', (order) => {
    const code = '// Привет\nint main() { return 0; }\n';
    expect(decodeFile(utf16(code, order, false))).toEqual(text(code, `UTF-16 ${order}`));
  });

  test('a byte order mark alone is an empty text', () => {
    expect(decodeFile(bytesOf(0xff, 0xfe))).toEqual(text('', 'UTF-16 LE'));
  });

  test('rejects a lone surrogate or an incomplete character', () => {
    expect(decodeFile(bytesOf(0xff, 0xfe, 0x00, 0xd8))).toEqual({ refused: 'binary' });
    expect(decodeFile(bytesOf(0xff, 0xfe, 0x61))).toEqual({ refused: 'binary' });
  });

  test('rejects UTF-32', () => {
    expect(decodeFile(bytesOf(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0))).toEqual({ refused: 'binary' });
    expect(decodeFile(bytesOf(0, 0, 0xfe, 0xff, 0, 0, 0, 0x61))).toEqual({ refused: 'binary' });
  });
});

describe('Windows-1252', () => {
  test('reads invalid UTF-8 as Windows-1252', () => {
    expect(decodeFile(bytesOf(0x63, 0x61, 0x66, 0xe9, 0x0d, 0x0a))).toEqual(text('café\r\n', 'Windows-1252'));
  });

  test('rejects a byte that is undefined in Windows-1252', () => {
    expect(decodeFile(bytesOf(0x63, 0x81, 0xe9))).toEqual({ refused: 'binary' });
  });
});

describe('binary files', () => {
  test('a zero byte makes a file binary', () => {
    expect(decodeFile(utf8('plain text and \0 in it'))).toEqual({ refused: 'binary' });
    expect(decodeFile(bytesOf(0))).toEqual({ refused: 'binary' });
  });

  test('rejects the signatures of binary formats', () => {
    const png = bytesOf(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52);
    const elf = bytesOf(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const zip = bytesOf(0x50, 0x4b, 3, 4, 0x14, 0, 8, 0, 8, 0);
    const gzip = bytesOf(0x1f, 0x8b, 8, 8, 0x9c, 0xd1, 0x5f, 0x6a);
    for (const file of [png, elf, zip, gzip]) expect(decodeFile(file)).toEqual({ refused: 'binary' });
  });

  test('rejects random bytes', () => {
    let seed = 1;
    const noise = Uint8Array.from({ length: 4096 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed >> 16;
    });
    expect(decodeFile(noise)).toEqual({ refused: 'binary' });
  });

  test('accepts tabs, form feeds, escapes and the DOS end mark', () => {
    const odd = 'a\tb\f\x1b[0m\b\v\x07\x1a';
    expect(decodeFile(utf8(odd))).toEqual(text(odd, 'UTF-8'));
  });

  test('accepts one control character in a long text, rejects many', () => {
    expect(decodeFile(utf8(`${'x'.repeat(200)}\x01`))).toMatchObject({ encoding: 'UTF-8' });
    expect(decodeFile(utf8('abc\x01\x02'))).toEqual({ refused: 'binary' });
  });
});

describe('the limit', () => {
  test('accepts exactly 5 MiB and rejects one byte more', () => {
    expect(decodeFile(utf8('x'.repeat(CODE_BYTES)))).toMatchObject({ encoding: 'UTF-8' });
    expect(decodeFile(utf8('x'.repeat(CODE_BYTES + 1)))).toEqual({ refused: 'tooLarge' });
  });

  test('the limit applies to the converted text', () => {
    expect(decodeFile(utf16('x'.repeat(CODE_BYTES), 'LE'))).toMatchObject({ encoding: 'UTF-16 LE' });
    expect(decodeFile(utf16('漢'.repeat(CODE_BYTES / 2 - 1), 'LE'))).toEqual({ refused: 'tooLarge' });
    expect(decodeFile(new Uint8Array(CODE_BYTES - 1).fill(0xe9))).toEqual({ refused: 'tooLarge' });
  });

  test('rejects a huge file without decoding it', () => {
    expect(decodeFile(new Uint8Array(2 * CODE_BYTES + 3))).toEqual({ refused: 'tooLarge' });
  });

  test('counts the bytes of UTF-8', () => {
    expect(utf8Length('aé漢🦀')).toBe(10);
  });
});
