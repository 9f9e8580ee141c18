/** What the language picker offers for what is typed into it. */
import type { Language } from '../api/types';
import { LANGUAGE_NAMES, LANGUAGES } from './languages';

/** Languages whose name or file extension has the text, those that begin with it first. */
export function languagesFor(text: string): Language[] {
  const wanted = text.trim().toLowerCase().replace(/^\./, '');
  if (wanted === '') return LANGUAGE_NAMES;
  return LANGUAGE_NAMES.map((language) => ({ language, rank: rank(language, wanted) }))
    .filter(({ rank }) => rank < NO_MATCH)
    .sort((a, b) => a.rank - b.rank)
    .map(({ language }) => language);
}

const NO_MATCH = 4;

function rank(language: Language, wanted: string): number {
  const name = language.toLowerCase();
  if (name === wanted) return 0;
  if (LANGUAGES[language].extensions.includes(wanted)) return 1;
  if (name.startsWith(wanted)) return 2;
  return name.includes(wanted) ? 3 : NO_MATCH;
}
