/** Tests the form state of a new session. */
import { describe, expect, test } from 'vitest';
import { CODE_BYTES } from '../../generated/limits';
import {
  buildNewFile,
  type ChosenFile,
  checkPastedCode,
  countLines,
  type Draft,
  EMPTY_DRAFT,
  isUnidentified,
  nameOf,
  readFile,
} from './draft';

function draft(changes: Partial<Draft>): Draft {
  return { ...EMPTY_DRAFT, ...changes };
}

const READ: ChosenFile = { state: 'read', name: 'a.py', size: 1, text: 'x', encoding: 'UTF-8' };

describe('the name', () => {
  test("is the file's name until the user types one", () => {
    expect(nameOf(draft({ file: READ }))).toBe('a.py');
    expect(nameOf(draft({ file: READ, name: 'b.py' }))).toBe('b.py');
    expect(nameOf(draft({ file: READ, name: '' }))).toBe('');
    expect(nameOf(draft({}))).toBe('');
  });

  test('follows the chosen language without a file', () => {
    expect(nameOf(draft({ source: 'empty' }))).toBe('untitled.txt');
    expect(nameOf(draft({ source: 'paste', language: 'Go', file: READ }))).toBe('untitled.go');
    expect(nameOf(draft({ source: 'paste', file: READ }))).toBe('');
  });
});

describe('what is sent', () => {
  test('sends a file with its text, name and chosen language', () => {
    expect(buildNewFile(draft({ file: READ, language: 'Rust' }))).toEqual({
      filename: 'a.py',
      code_content: 'x',
      language_override: 'Rust',
    });
  });

  test('an empty file and an empty start are complete', () => {
    expect(buildNewFile(draft({ file: { ...READ, text: '' } }))).toMatchObject({ code_content: '' });
    expect(buildNewFile(draft({ source: 'empty' }))).toMatchObject({ filename: 'untitled.txt', code_content: '' });
  });

  test('is incomplete without a file, code or a name', () => {
    expect(buildNewFile(draft({}))).toBeUndefined();
    expect(buildNewFile(draft({ file: { state: 'refused', name: 'a', size: 1, reason: 'binary' } }))).toBeUndefined();
    expect(buildNewFile(draft({ file: { state: 'reading', name: 'a' } }))).toBeUndefined();
    expect(buildNewFile(draft({ source: 'paste' }))).toBeUndefined();
    expect(buildNewFile(draft({ source: 'paste', pasted: 'x' }))).toBeUndefined();
    expect(buildNewFile(draft({ source: 'empty', name: '  ' }))).toBeUndefined();
  });
});

describe('pasted code', () => {
  test('needs a name or a language', () => {
    expect(isUnidentified(draft({ source: 'paste' }))).toBe(true);
    expect(isUnidentified(draft({ source: 'paste', name: 'main.py' }))).toBe(false);
    expect(isUnidentified(draft({ source: 'paste', name: '', language: 'Go' }))).toBe(false);
    expect(isUnidentified(draft({ source: 'empty', name: '' }))).toBe(false);
  });

  test('rejects an incomplete character and accepts whole ones', () => {
    expect(checkPastedCode('a\ud83eb')).toBe('broken');
    expect(checkPastedCode('a🦀b')).toBeUndefined();
  });

  test('the limit counts bytes of UTF-8', () => {
    expect(checkPastedCode('x'.repeat(CODE_BYTES))).toBeUndefined();
    expect(checkPastedCode('x'.repeat(CODE_BYTES + 1))).toBe('tooLarge');
    expect(checkPastedCode('é'.repeat(CODE_BYTES / 2 + 1))).toBe('tooLarge');
  });

  test('does not count a final newline as a line', () => {
    expect(countLines('')).toBe(0);
    expect(countLines('a')).toBe(1);
    expect(countLines('a\r\nb\n')).toBe(2);
    expect(countLines('a\n\n')).toBe(2);
  });
});

describe('reading a file', () => {
  test('reads a text file and its size on disk', async () => {
    expect(await readFile(new File(['a\r\n'], '../a.py'))).toEqual({
      state: 'read',
      name: '../a.py',
      size: 3,
      text: 'a\r\n',
      encoding: 'UTF-8',
    });
  });

  test('reports a file that cannot be read, such as a folder', async () => {
    const folder = new File([], 'src');
    folder.arrayBuffer = () => Promise.reject(new DOMException('', 'NotFoundError'));
    expect(await readFile(folder)).toMatchObject({ state: 'refused', reason: 'unreadable' });
  });

  test('does not read a huge file', async () => {
    const huge = new File([], 'huge.bin');
    Object.defineProperty(huge, 'size', { value: 10 ** 10 });
    huge.arrayBuffer = () => Promise.reject(new Error('It was read.'));
    expect(await readFile(huge)).toMatchObject({ state: 'refused', reason: 'tooLarge' });
  });
});
