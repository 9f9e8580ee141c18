/** The page's rules agree with the server's. */
import { describe, expect, test } from 'vitest';
import { words } from '../shell-words';
import { brokenRules, checkConfirmation, checkEmail, checkName, checkNewPassword, checkUsername } from './rules';

const { wrong } = words.accounts;

test('a name has 1 to 100 characters beside the blanks around it', () => {
  expect(checkName('  ')).toBe(wrong.name);
  expect(checkName(' Ada ')).toBeUndefined();
  expect(checkName('é'.repeat(100))).toBeUndefined();
  expect(checkName('🙂'.repeat(100))).toBeUndefined();
  expect(checkName('a'.repeat(101))).toBe(wrong.nameLong);
});

test('a username has 3 to 20 letters and digits', () => {
  for (const good of ['ada', 'Ada1', 'a'.repeat(20)]) expect(checkUsername(good)).toBeUndefined();
  for (const bad of ['ad', 'a'.repeat(21), 'ada byron', 'adé', 'a_b', ' ada']) {
    expect(checkUsername(bad)).toBe(wrong.usernameForm);
  }
  expect(checkUsername('')).toBe(wrong.username);
});

describe('an e-mail address', () => {
  test.each([
    'a@b.co',
    ' ada@example.com ',
    'ada+news@mail.example.com',
    'jörg@example.com',
    'a@xn--bcher-kva.example',
  ])('%s can be used', (email) => expect(checkEmail(email)).toBeUndefined());

  test.each(['ada', 'ada@', '@b.co', 'a b@c.de', 'a@b', 'a@b..co', 'a@-b.co', 'a@b-.co', 'a@1.2', 'a@b@c.de'])(
    '%s cannot be used',
    (email) => expect(checkEmail(email)).toBe(wrong.emailForm),
  );

  test('an address over 254 bytes cannot be used', () => {
    expect(checkEmail(`${'a'.repeat(60)}@${'b.'.repeat(100)}com`)).toBe(wrong.emailForm);
  });
});

describe('a new password', () => {
  test('each missing kind of character is a broken rule', () => {
    expect(brokenRules('')).toEqual(['length', 'upper', 'digit', 'special']);
    expect(brokenRules('analytical-1843')).toEqual(['upper']);
    expect(brokenRules('Analytical-')).toEqual(['digit']);
    expect(brokenRules('Analytical1843')).toEqual(['special']);
    expect(brokenRules('An-1843')).toEqual(['length']);
    expect(brokenRules('Analytical-1843')).toEqual([]);
  });

  test('letters and numbers of other scripts count as such', () => {
    expect(brokenRules('Ärgerlich-٣')).toEqual([]);
    expect(brokenRules('Äрозумілий3')).toEqual(['special']);
  });

  test('a password has at most 71 bytes, which are fewer letters of other alphabets', () => {
    const base = 'A1-';
    expect(brokenRules(base + 'x'.repeat(68))).toEqual([]);
    expect(brokenRules(base + 'x'.repeat(69))).toEqual(['bytes']);
    expect(brokenRules(base + 'я'.repeat(35))).toEqual(['bytes']);
  });

  test('a control character is told', () => {
    expect(brokenRules('Analytical-1843\u0007')).toEqual(['control']);
  });

  test('an empty one is missing and not weak', () => {
    expect(checkNewPassword('')).toBe(wrong.newPassword);
    expect(checkNewPassword('short')).toBe(wrong.rules);
    expect(checkNewPassword('Analytical-1843')).toBeUndefined();
  });

  test('the confirmation is the same text', () => {
    expect(checkConfirmation('Analytical-1843', '')).toBe(wrong.confirm);
    expect(checkConfirmation('Analytical-1843', 'analytical-1843')).toBe(wrong.differs);
    expect(checkConfirmation('Analytical-1843', 'Analytical-1843')).toBeUndefined();
  });
});
