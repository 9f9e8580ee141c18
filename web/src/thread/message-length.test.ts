/** Tests that messages are counted like on the server. */
import { expect, test } from 'vitest';
import { MESSAGE_CHARS } from '../generated/limits';
import { countCharacters, isBlank, isValidMessage } from './message-length';

test('counts Unicode scalar values, like the API', () => {
  expect(countCharacters('')).toBe(0);
  expect(countCharacters('naïve')).toBe(5);
  expect(countCharacters('👍')).toBe(1);
  expect(countCharacters('👩‍💻')).toBe(3);
  expect(countCharacters('e\u0301')).toBe(2);
});

test('a message has 1 to 5,000 characters', () => {
  expect(isValidMessage('👍'.repeat(MESSAGE_CHARS))).toBe(true);
  expect(isValidMessage(`${'👍'.repeat(MESSAGE_CHARS)}.`)).toBe(false);
  expect(isValidMessage('')).toBe(false);
});

test('white space and invisible characters are blank', () => {
  expect(isBlank(' \n\t\u00a0')).toBe(true);
  expect(isBlank('\u200b\u2060\ufeff')).toBe(true);
  expect(isBlank(' . ')).toBe(false);
});
