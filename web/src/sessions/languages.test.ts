/** Tests languages by name and the language search. */
import { describe, expect, test } from 'vitest';
import { defaultFileName, LANGUAGE_NAMES, LANGUAGES, languageFromName } from './languages';
import { searchLanguages } from './search-languages';

test('every language has a colour and an extension or a special name', () => {
  expect(LANGUAGE_NAMES).toHaveLength(56);
  for (const language of LANGUAGE_NAMES) {
    expect(LANGUAGES[language].colour).toMatch(/^#[0-9a-f]{6}$/);
    expect(defaultFileName('untitled', language)).not.toContain('undefined');
  }
});

test('the default file name follows the language', () => {
  expect(defaultFileName('untitled', 'Python')).toBe('untitled.py');
  expect(defaultFileName('untitled', null)).toBe('untitled.txt');
  expect(defaultFileName('untitled', 'Dockerfile')).toBe('Dockerfile');
  expect(defaultFileName('untitled', 'CMake')).toBe('CMakeLists.txt');
});

describe('the language of a name', () => {
  test('follows the extension or the whole name', () => {
    expect(languageFromName('main.rs')).toBe('Rust');
    expect(languageFromName('src\\Main.JAVA')).toBe('Java');
    expect(languageFromName('a/b/CMakeLists.txt')).toBe('CMake');
    expect(languageFromName('Makefile ')).toBe('Makefile');
  });

  test('is undefined if the server has to read the text', () => {
    for (const name of ['list.h', 'fit.m', 'kin.pl', 'app.ts', 'deploy', 'constructor', 'a.', '', 'x.unknown']) {
      expect(languageFromName(name)).toBeUndefined();
    }
  });

  test('an unambiguous extension belongs to one language', () => {
    const languageByExtension = new Map<string, string>();
    for (const language of LANGUAGE_NAMES) {
      for (const extension of LANGUAGES[language].extensions) {
        if (languageFromName(`a.${extension}`) === undefined) continue;
        expect(languageByExtension.get(extension)).toBeUndefined();
        languageByExtension.set(extension, language);
      }
    }
  });
});

describe('the search for a language', () => {
  test('an empty query returns all languages', () => {
    expect(searchLanguages(' ')).toEqual(LANGUAGE_NAMES);
  });

  test('ranks exact names, extensions, prefixes, then substrings', () => {
    expect(searchLanguages('c')[0]).toBe('C');
    expect(searchLanguages('rs')[0]).toBe('Rust');
    expect(searchLanguages('.py')[0]).toBe('Python');
    expect(searchLanguages('java')).toEqual(['Java', 'JavaScript']);
    expect(searchLanguages('script')).toEqual(['JavaScript', 'TypeScript']);
  });

  test('an unknown name finds nothing', () => {
    expect(searchLanguages('klingon')).toEqual([]);
  });
});
