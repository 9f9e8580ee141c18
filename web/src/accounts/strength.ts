/** How hard a password is to guess, as an estimate: the server's rules decide, this advises. */
import { brokenRules } from './rules';

/** From 0, which breaks a rule, to 4. */
export type Strength = 0 | 1 | 2 | 3 | 4;

/** What people begin with, after their substitutions are undone. */
const COMMON = ['password', 'welcome', 'qwerty', 'admin', 'letmein', 'login', 'abc', 'master', 'dragon', 'iloveyou'];
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
/** Rows of a keyboard and of the alphabet, in which a neighbour is no surprise. */
const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** Bits from which a password is fair, good and strong. */
const FAIR = 36;
const GOOD = 50;
const STRONG = 66;

/** The estimate for a password. What is known of its user is no secret, so it counts for little. */
export function strength(password: string, known: readonly string[] = []): Strength {
  if (brokenRules(password).length > 0) return 0;
  const bits = surprises(password, known) * Math.log2(alphabet(password));
  if (bits >= STRONG) return 4;
  if (bits >= GOOD) return 3;
  return bits >= FAIR ? 2 : 1;
}

/** How many characters do not follow from the one before or from a well-known word. */
function surprises(password: string, known: readonly string[]): number {
  const lower = password.toLowerCase();
  const plain = [...lower].map((char) => SUBSTITUTES[char] ?? char).join('');
  let count = 0;
  for (let at = 0; at < lower.length; ) {
    const word = wordAt(at, lower, plain, known);
    count += word > 0 ? 1 : isExpected(lower[at - 1], lower[at]) ? 0.25 : 1;
    at += Math.max(1, word);
  }
  return count;
}

/** The length of the well-known word that begins at a place, or 0. */
function wordAt(at: number, lower: string, plain: string, known: readonly string[]): number {
  const own = known.flatMap((text) => text.toLowerCase().split(/[\s@.]+/)).filter((part) => part.length > 2);
  const isHere = (word: string) => plain.startsWith(word, at) || lower.startsWith(word, at);
  return Math.max(0, ...[...COMMON, ...own].filter(isHere).map((word) => word.length));
}

function isExpected(before: string | undefined, char: string | undefined): boolean {
  if (before === undefined || char === undefined) return false;
  if (before === char) return true;
  return ROWS.some((row) => row.includes(before + char) || row.includes(char + before));
}

/** How many characters each place could have, by the kinds that are there. */
function alphabet(password: string): number {
  const kinds: [RegExp, number][] = [
    [/\p{Ll}/u, 26],
    [/\p{Lu}/u, 26],
    [/\p{N}/u, 10],
    [/[^\p{Alphabetic}\p{N}]/u, 32],
  ];
  return kinds.reduce((sum, [kind, size]) => sum + (kind.test(password) ? size : 0), 0);
}
