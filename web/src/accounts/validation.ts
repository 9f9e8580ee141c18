/** Validation of account fields, equal to the server's. Each check returns the error text or `undefined`. */
import {
  EMAIL_BYTES,
  NAME_CHARS,
  PASSWORD_MAX_BYTES,
  PASSWORD_MIN_CHARS,
  USERNAME_MAX_CHARS,
  USERNAME_MIN_CHARS,
} from '../generated/limits';
import { words } from '../words/shell';

const { invalid } = words.accounts;

const USERNAME = new RegExp(`^[A-Za-z0-9]{${USERNAME_MIN_CHARS},${USERNAME_MAX_CHARS}}$`);
/** No spaces in the local part, and two or more labels, the last with a letter. The server is stricter. */
const EMAIL = /^[^\s@]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z-])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

export function checkName(name: string): string | undefined {
  const length = [...name.trim()].length;
  if (length === 0) return invalid.name;
  return length > NAME_CHARS ? invalid.nameLong : undefined;
}

export function checkEmail(email: string): string | undefined {
  const trimmed = email.trim();
  if (trimmed === '') return invalid.email;
  return EMAIL.test(trimmed) && byteLength(trimmed) <= EMAIL_BYTES ? undefined : invalid.emailForm;
}

export function checkUsername(username: string): string | undefined {
  if (username === '') return invalid.username;
  return USERNAME.test(username) ? undefined : invalid.usernameForm;
}

export function checkNewPassword(password: string): string | undefined {
  if (password === '') return invalid.newPassword;
  return brokenRules(password).length === 0 ? undefined : invalid.rules;
}

export function checkConfirmation(password: string, again: string): string | undefined {
  if (again === '') return invalid.confirm;
  return again === password ? undefined : invalid.differs;
}

export type PasswordRule = 'length' | 'upper' | 'digit' | 'special' | 'bytes' | 'control';

const PASSWORD_RULES: [PasswordRule, (password: string) => boolean][] = [
  ['length', (password) => [...password].length >= PASSWORD_MIN_CHARS],
  ['upper', (password) => /\p{Uppercase}/u.test(password)],
  ['digit', (password) => /\p{N}/u.test(password)],
  ['special', (password) => /[^\p{Alphabetic}\p{N}]/u.test(password)],
  ['bytes', (password) => byteLength(password) <= PASSWORD_MAX_BYTES],
  ['control', (password) => !/\p{Cc}/u.test(password)],
];

export function brokenRules(password: string): PasswordRule[] {
  return PASSWORD_RULES.filter(([, passes]) => !passes(password)).map(([rule]) => rule);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
