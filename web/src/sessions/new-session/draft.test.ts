import { describe, expect, test } from 'vitest';
import { MAX_BYTES } from './decode';
import {
  type ChosenFile,
  type Draft,
  EMPTY_DRAFT,
  isUntold,
  lineCount,
  nameOf,
  newFile,
  pasteProblem,
  readFile,
} from './draft';

function draft(changes: Partial<Draft>): Draft {
  return { ...EMPTY_DRAFT, ...changes };
}

const READ: ChosenFile = { state: 'read', name: 'a.py', size: 1, text: 'x', encoding: 'UTF-8' };

describe('the name', () => {
  test('it is that of the file until another is typed', () => {
    expect(nameOf(draft({ file: READ }))).toBe('a.py');
    expect(nameOf(draft({ file: READ, name: 'b.py' }))).toBe('b.py');
    expect(nameOf(draft({ file: READ, name: '' }))).toBe('');
    expect(nameOf(draft({}))).toBe('');
  });

  test('without a file it follows the chosen language', () => {
    expect(nameOf(draft({ way: 'empty' }))).toBe('untitled.txt');
    expect(nameOf(draft({ way: 'paste', language: 'Go', file: READ }))).toBe('untitled.go');
    expect(nameOf(draft({ way: 'paste', file: READ }))).toBe('');
  });
});

describe('what is sent', () => {
  test('a file is sent with its text, its name and the choice of language', () => {
    expect(newFile(draft({ file: READ, language: 'Rust' }))).toEqual({
      filename: 'a.py',
      code_content: 'x',
      language_override: 'Rust',
    });
  });

  test('an empty file and an empty start are complete', () => {
    expect(newFile(draft({ file: { ...READ, text: '' } }))).toMatchObject({ code_content: '' });
    expect(newFile(draft({ way: 'empty' }))).toMatchObject({ filename: 'untitled.txt', code_content: '' });
  });

  test('nothing is sent without a file, without code or without a name', () => {
    expect(newFile(draft({}))).toBeUndefined();
    expect(newFile(draft({ file: { state: 'refused', name: 'a', size: 1, why: 'binary' } }))).toBeUndefined();
    expect(newFile(draft({ file: { state: 'reading', name: 'a' } }))).toBeUndefined();
    expect(newFile(draft({ way: 'paste' }))).toBeUndefined();
    expect(newFile(draft({ way: 'paste', pasted: 'x' }))).toBeUndefined();
    expect(newFile(draft({ way: 'empty', name: '  ' }))).toBeUndefined();
  });
});

describe('pasted code', () => {
  test('a name or a language tells what it is', () => {
    expect(isUntold(draft({ way: 'paste' }))).toBe(true);
    expect(isUntold(draft({ way: 'paste', name: 'main.py' }))).toBe(false);
    expect(isUntold(draft({ way: 'paste', name: '', language: 'Go' }))).toBe(false);
    expect(isUntold(draft({ way: 'empty', name: '' }))).toBe(false);
  });

  test('half a character is told, whole ones pass', () => {
    expect(pasteProblem('a\ud83eb')).toBe('broken');
    expect(pasteProblem('a🦀b')).toBeUndefined();
  });

  test('the limit is counted in bytes of UTF-8', () => {
    expect(pasteProblem('x'.repeat(MAX_BYTES))).toBeUndefined();
    expect(pasteProblem('x'.repeat(MAX_BYTES + 1))).toBe('tooLarge');
    expect(pasteProblem('é'.repeat(MAX_BYTES / 2 + 1))).toBe('tooLarge');
  });

  test('a final newline is not counted as a line', () => {
    expect(lineCount('')).toBe(0);
    expect(lineCount('a')).toBe(1);
    expect(lineCount('a\r\nb\n')).toBe(2);
    expect(lineCount('a\n\n')).toBe(2);
  });
});

describe('reading a file', () => {
  test('a text file is read with its size on disk', async () => {
    expect(await readFile(new File(['a\r\n'], '../a.py'))).toEqual({
      state: 'read',
      name: '../a.py',
      size: 3,
      text: 'a\r\n',
      encoding: 'UTF-8',
    });
  });

  test('what cannot be read is told, such as a folder', async () => {
    const folder = new File([], 'src');
    folder.arrayBuffer = () => Promise.reject(new DOMException('', 'NotFoundError'));
    expect(await readFile(folder)).toMatchObject({ state: 'refused', why: 'unreadable' });
  });

  test('a huge file is not read', async () => {
    const huge = new File([], 'huge.bin');
    Object.defineProperty(huge, 'size', { value: 10 ** 10 });
    huge.arrayBuffer = () => Promise.reject(new Error('It was read.'));
    expect(await readFile(huge)).toMatchObject({ state: 'refused', why: 'tooLarge' });
  });
});
