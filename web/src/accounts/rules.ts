/** The rules of an account's fields, as the server has them. Each check answers what is wrong, or `undefined`. */
import { words } from '../shell-words';

const { wrong } = words.accounts;

const MAX_NAME = 100;
const MAX_EMAIL_BYTES = 254;
const USERNAME = /^[A-Za-z0-9]{3,20}$/;
/** A local part without blanks, and two or more labels, the last of which has a letter. The server looks closer. */
const EMAIL = /^[^\s@]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z-])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

export function checkName(name: string): string | undefined {
  const length = [...name.trim()].length;
  if (length === 0) return wrong.name;
  return length > MAX_NAME ? wrong.nameLong : undefined;
}

export function checkEmail(email: string): string | undefined {
  const trimmed = email.trim();
  if (trimmed === '') return wrong.email;
  return EMAIL.test(trimmed) && byteLength(trimmed) <= MAX_EMAIL_BYTES ? undefined : wrong.emailForm;
}

export function checkUsername(username: string): string | undefined {
  if (username === '') return wrong.username;
  return USERNAME.test(username) ? undefined : wrong.usernameForm;
}

/** A password that is to be set. */
export function checkNewPassword(password: string): string | undefined {
  if (password === '') return wrong.newPassword;
  return brokenRules(password).length === 0 ? undefined : wrong.rules;
}

export function checkConfirmation(password: string, again: string): string | undefined {
  if (again === '') return wrong.confirm;
  return again === password ? undefined : wrong.differs;
}

export type PasswordRule = 'length' | 'upper' | 'digit' | 'special' | 'bytes' | 'control';

const MIN_CHARS = 8;
/** bcrypt reads no more. */
const MAX_BYTES = 71;

const PASSWORD_RULES: [PasswordRule, (password: string) => boolean][] = [
  ['length', (password) => [...password].length >= MIN_CHARS],
  ['upper', (password) => /\p{Uppercase}/u.test(password)],
  ['digit', (password) => /\p{N}/u.test(password)],
  ['special', (password) => /[^\p{Alphabetic}\p{N}]/u.test(password)],
  ['bytes', (password) => byteLength(password) <= MAX_BYTES],
  ['control', (password) => !/\p{Cc}/u.test(password)],
];

/** The rules that a password breaks. */
export function brokenRules(password: string): PasswordRule[] {
  return PASSWORD_RULES.filter(([, isObeyed]) => !isObeyed(password)).map(([rule]) => rule);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
