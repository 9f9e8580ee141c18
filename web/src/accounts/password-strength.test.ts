/** Tests that the estimate ranks passwords as an attacker would. */
import { expect, test } from 'vitest';
import { estimateStrength } from './password-strength';

test('a password that breaks a rule has strength 0', () => {
  expect(estimateStrength('')).toBe(0);
  expect(estimateStrength('correct horse battery staple')).toBe(0);
});

test.each(['Password1!', 'P@ssw0rd123', 'Qwerty123!', 'Admin123!', 'Aaaaaaa1!'])('%s is weak', (password) => {
  expect(estimateStrength(password)).toBe(1);
});

test('a random password is fair and becomes strong with more characters', () => {
  expect(estimateStrength('Xq7-vLp2')).toBeGreaterThanOrEqual(2);
  expect(estimateStrength('Nanosecond 29.98 cm')).toBe(4);
});

test("the user's name and address add little strength", () => {
  const own = ['Augusta Lovelace', 'augusta@example.com', 'augusta'];
  expect(estimateStrength('Augusta-Lovelace-7', own)).toBeLessThan(estimateStrength('Augusta-Lovelace-7'));
});
