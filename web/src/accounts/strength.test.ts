/** The estimate orders passwords as an attacker would. */
import { expect, test } from 'vitest';
import { strength } from './strength';

test('a password that breaks a rule has no strength', () => {
  expect(strength('')).toBe(0);
  expect(strength('correct horse battery staple')).toBe(0);
});

test.each(['Password1!', 'P@ssw0rd123', 'Qwerty123!', 'Admin123!', 'Aaaaaaa1!'])('%s is weak', (password) => {
  expect(strength(password)).toBe(1);
});

test('a short one without words is fair, and more characters make it strong', () => {
  expect(strength('Xq7-vLp2')).toBeGreaterThanOrEqual(2);
  expect(strength('Nanosecond 29.98 cm')).toBe(4);
});

test('the name and address of the user count for little', () => {
  const own = ['Augusta Lovelace', 'augusta@example.com', 'augusta'];
  expect(strength('Augusta-Lovelace-7', own)).toBeLessThan(strength('Augusta-Lovelace-7'));
});
