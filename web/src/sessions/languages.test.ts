import { describe, expect, test } from 'vitest';
import { languagesFor } from './language-choices';
import { LANGUAGE_NAMES, LANGUAGES, languageOfName, nameFor } from './languages';

test('every language has a colour, and an extension or a name of its own', () => {
  expect(LANGUAGE_NAMES).toHaveLength(56);
  for (const language of LANGUAGE_NAMES) {
    expect(LANGUAGES[language].colour).toMatch(/^#[0-9a-f]{6}$/);
    expect(nameFor('untitled', language)).not.toContain('undefined');
  }
});

test('a new file is named by its language', () => {
  expect(nameFor('untitled', 'Python')).toBe('untitled.py');
  expect(nameFor('untitled', null)).toBe('untitled.txt');
  expect(nameFor('untitled', 'Dockerfile')).toBe('Dockerfile');
  expect(nameFor('untitled', 'CMake')).toBe('CMakeLists.txt');
});

describe('the language of a name', () => {
  test('it is told by the extension or the whole name', () => {
    expect(languageOfName('main.rs')).toBe('Rust');
    expect(languageOfName('src\\Main.JAVA')).toBe('Java');
    expect(languageOfName('a/b/CMakeLists.txt')).toBe('CMake');
    expect(languageOfName('Makefile ')).toBe('Makefile');
  });

  test('it is left to the server where the text decides or the name says nothing', () => {
    for (const name of ['list.h', 'fit.m', 'kin.pl', 'app.ts', 'deploy', 'constructor', 'a.', '', 'x.unknown']) {
      expect(languageOfName(name)).toBeUndefined();
    }
  });

  test('no extension is claimed by two languages unless the text decides', () => {
    const seen = new Map<string, string>();
    for (const language of LANGUAGE_NAMES) {
      for (const extension of LANGUAGES[language].extensions) {
        if (languageOfName(`a.${extension}`) === undefined) continue;
        expect(seen.get(extension)).toBeUndefined();
        seen.set(extension, language);
      }
    }
  });
});

describe('the search for a language', () => {
  test('nothing typed offers all of them', () => {
    expect(languagesFor(' ')).toEqual(LANGUAGE_NAMES);
  });

  test('a name comes first, then an extension, a beginning, a part', () => {
    expect(languagesFor('c')[0]).toBe('C');
    expect(languagesFor('rs')[0]).toBe('Rust');
    expect(languagesFor('.py')[0]).toBe('Python');
    expect(languagesFor('java')).toEqual(['Java', 'JavaScript']);
    expect(languagesFor('script')).toEqual(['JavaScript', 'TypeScript']);
  });

  test('what no language is called finds nothing', () => {
    expect(languagesFor('klingon')).toEqual([]);
  });
});
