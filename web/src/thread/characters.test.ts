/** Messages are counted as the API counts them. */
import { expect, test } from 'vitest';
import { characters, isBlank, isMessage, MESSAGE_CHARACTERS } from './characters';

test('a character is a Unicode scalar value, as the API counts', () => {
  expect(characters('')).toBe(0);
  expect(characters('naïve')).toBe(5);
  expect(characters('👍')).toBe(1);
  expect(characters('👩‍💻')).toBe(3);
  expect(characters('e\u0301')).toBe(2);
});

test('a message has 1 to 5,000 characters', () => {
  expect(isMessage('👍'.repeat(MESSAGE_CHARACTERS))).toBe(true);
  expect(isMessage(`${'👍'.repeat(MESSAGE_CHARACTERS)}.`)).toBe(false);
  expect(isMessage('')).toBe(false);
});

test('white space and characters that show nothing are no message', () => {
  expect(isBlank(' \n\t\u00a0')).toBe(true);
  expect(isBlank('\u200b\u2060\ufeff')).toBe(true);
  expect(isBlank(' . ')).toBe(false);
});
