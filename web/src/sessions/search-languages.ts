/** Searches languages for the language picker. */
import type { Language } from '../api/types';
import { LANGUAGE_NAMES, LANGUAGES } from './languages';

/** Languages whose name or file extension matches, best match first. */
export function searchLanguages(text: string): Language[] {
  const query = text.trim().toLowerCase().replace(/^\./, '');
  if (query === '') return LANGUAGE_NAMES;
  return LANGUAGE_NAMES.map((language) => ({ language, rank: rankMatch(language, query) }))
    .filter(({ rank }) => rank < NO_MATCH)
    .sort((a, b) => a.rank - b.rank)
    .map(({ language }) => language);
}

const NO_MATCH = 4;

function rankMatch(language: Language, query: string): number {
  const name = language.toLowerCase();
  if (name === query) return 0;
  if (LANGUAGES[language].extensions.includes(query)) return 1;
  if (name.startsWith(query)) return 2;
  return name.includes(query) ? 3 : NO_MATCH;
}
