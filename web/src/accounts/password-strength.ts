/** Estimates how hard a password is to guess. It is advice; the server's rules decide. */
import { brokenRules } from './validation';

/** From 0, a broken rule, to 4. */
export type Strength = 0 | 1 | 2 | 3 | 4;

/** Common words, compared after undoing letter substitutions. */
const COMMON_WORDS = [
  'password',
  'welcome',
  'qwerty',
  'admin',
  'letmein',
  'login',
  'abc',
  'master',
  'dragon',
  'iloveyou',
];
const SUBSTITUTES: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '@': 'a',
  $: 's',
  '!': 'i',
};
/** Keyboard rows and the alphabet, in which the next character is predictable. */
const SEQUENCES = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** Minimum bits of a fair, a good and a strong password. */
const FAIR = 36;
const GOOD = 50;
const STRONG = 66;

/** Estimates the strength. Personal texts are not secret, so they add little. */
export function estimateStrength(password: string, personalTexts: readonly string[] = []): Strength {
  if (brokenRules(password).length > 0) return 0;
  const bits = countUnpredictable(password, personalTexts) * Math.log2(alphabetSize(password));
  if (bits >= STRONG) return 4;
  if (bits >= GOOD) return 3;
  return bits >= FAIR ? 2 : 1;
}

/** Counts characters that do not follow from the previous one or from a common word. */
function countUnpredictable(password: string, personalTexts: readonly string[]): number {
  const lower = password.toLowerCase();
  const plain = [...lower].map((char) => SUBSTITUTES[char] ?? char).join('');
  let count = 0;
  for (let at = 0; at < lower.length; ) {
    const word = wordLengthAt(at, lower, plain, personalTexts);
    count += word > 0 ? 1 : isPredictable(lower[at - 1], lower[at]) ? 0.25 : 1;
    at += Math.max(1, word);
  }
  return count;
}

/** The length of the common word at a position, or 0. */
function wordLengthAt(at: number, lower: string, plain: string, personalTexts: readonly string[]): number {
  const personalWords = personalTexts
    .flatMap((text) => text.toLowerCase().split(/[\s@.]+/))
    .filter((part) => part.length > 2);
  const isHere = (word: string) => plain.startsWith(word, at) || lower.startsWith(word, at);
  return Math.max(0, ...[...COMMON_WORDS, ...personalWords].filter(isHere).map((word) => word.length));
}

function isPredictable(before: string | undefined, char: string | undefined): boolean {
  if (before === undefined || char === undefined) return false;
  if (before === char) return true;
  return SEQUENCES.some((row) => row.includes(before + char) || row.includes(char + before));
}

/** The number of possible characters per position, by the kinds that occur. */
function alphabetSize(password: string): number {
  const kinds: [RegExp, number][] = [
    [/\p{Ll}/u, 26],
    [/\p{Lu}/u, 26],
    [/\p{N}/u, 10],
    [/[^\p{Alphabetic}\p{N}]/u, 32],
  ];
  return kinds.reduce((sum, [kind, size]) => sum + (kind.test(password) ? size : 0), 0);
}
