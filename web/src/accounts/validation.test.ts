/** Tests that the page validates fields like the server. */
import { describe, expect, test } from 'vitest';
import { words } from '../words/shell';
import { brokenRules, checkConfirmation, checkEmail, checkName, checkNewPassword, checkUsername } from './validation';

const { invalid } = words.accounts;

test('a trimmed name has 1 to 100 characters', () => {
  expect(checkName('  ')).toBe(invalid.name);
  expect(checkName(' Ada ')).toBeUndefined();
  expect(checkName('é'.repeat(100))).toBeUndefined();
  expect(checkName('🙂'.repeat(100))).toBeUndefined();
  expect(checkName('a'.repeat(101))).toBe(invalid.nameLong);
});

test('a username has 3 to 20 letters and digits', () => {
  for (const good of ['ada', 'Ada1', 'a'.repeat(20)]) expect(checkUsername(good)).toBeUndefined();
  for (const bad of ['ad', 'a'.repeat(21), 'ada byron', 'adé', 'a_b', ' ada']) {
    expect(checkUsername(bad)).toBe(invalid.usernameForm);
  }
  expect(checkUsername('')).toBe(invalid.username);
});

describe('an e-mail address', () => {
  test.each([
    'a@b.co',
    ' ada@example.com ',
    'ada+news@mail.example.com',
    'jörg@example.com',
    'a@xn--bcher-kva.example',
  ])('accepts %s', (email) => expect(checkEmail(email)).toBeUndefined());

  test.each(['ada', 'ada@', '@b.co', 'a b@c.de', 'a@b', 'a@b..co', 'a@-b.co', 'a@b-.co', 'a@1.2', 'a@b@c.de'])(
    'rejects %s',
    (email) => expect(checkEmail(email)).toBe(invalid.emailForm),
  );

  test('rejects an address over 254 bytes', () => {
    expect(checkEmail(`${'a'.repeat(60)}@${'b.'.repeat(100)}com`)).toBe(invalid.emailForm);
  });
});

describe('a new password', () => {
  test('each missing kind of character breaks a rule', () => {
    expect(brokenRules('')).toEqual(['length', 'upper', 'digit', 'special']);
    expect(brokenRules('analytical-1843')).toEqual(['upper']);
    expect(brokenRules('Analytical-')).toEqual(['digit']);
    expect(brokenRules('Analytical1843')).toEqual(['special']);
    expect(brokenRules('An-1843')).toEqual(['length']);
    expect(brokenRules('Analytical-1843')).toEqual([]);
  });

  test('letters and digits of other scripts count', () => {
    expect(brokenRules('Ärgerlich-٣')).toEqual([]);
    expect(brokenRules('Äрозумілий3')).toEqual(['special']);
  });

  test('a password has at most 71 bytes', () => {
    const base = 'A1-';
    expect(brokenRules(base + 'x'.repeat(68))).toEqual([]);
    expect(brokenRules(base + 'x'.repeat(69))).toEqual(['bytes']);
    expect(brokenRules(base + 'я'.repeat(35))).toEqual(['bytes']);
  });

  test('a control character breaks a rule', () => {
    expect(brokenRules('Analytical-1843\u0007')).toEqual(['control']);
  });

  test('an empty password is missing, not weak', () => {
    expect(checkNewPassword('')).toBe(invalid.newPassword);
    expect(checkNewPassword('short')).toBe(invalid.rules);
    expect(checkNewPassword('Analytical-1843')).toBeUndefined();
  });

  test('the confirmation must equal the password', () => {
    expect(checkConfirmation('Analytical-1843', '')).toBe(invalid.confirm);
    expect(checkConfirmation('Analytical-1843', 'analytical-1843')).toBe(invalid.differs);
    expect(checkConfirmation('Analytical-1843', 'Analytical-1843')).toBeUndefined();
  });
});
