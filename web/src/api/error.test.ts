/** Errors are read from what the API sends, and from what it does not. */
import { expect, test } from 'vitest';
import document from '../../../handlers/openapi.json';
import { words } from '../shell-words';
import { errorOf } from './error';

test('the body of an error is kept with its code', () => {
  const error = errorOf(409, { error: { code: 'VERSION_CONFLICT', message: 'changed', current_version: 3 } });
  expect([error.status, error.code, error.body.current_version]).toEqual([409, 'VERSION_CONFLICT', 3]);
});

test('every wrong field has its message', () => {
  const fields = [
    { field: 'email', message: 'no address', code: 'INVALID_INPUT' },
    { field: 'name', message: 'empty', code: 'INVALID_INPUT' },
  ];
  const error = errorOf(400, { error: { code: 'INVALID_INPUT', message: 'no address', field: 'email', fields } });
  expect(error.fields).toEqual({ email: 'no address', name: 'empty' });
});

test('an error with one field has its message', () => {
  const error = errorOf(409, { error: { code: 'USER_ALREADY_EXISTS', message: 'taken', field: 'username' } });
  expect(error.fields).toEqual({ username: 'taken' });
});

test.each([undefined, null, 'Bad gateway', {}, { error: null }, { error: { code: 7 } }])(
  'an answer that is none of the API is unknown: %o',
  (body) => {
    expect(errorOf(502, body).code).toBe('UNKNOWN');
  },
);

test('every code of the API has a title and a next step', () => {
  const codes = document.components.schemas.ErrorCode.enum;
  expect(codes.length).toBeGreaterThan(30);
  for (const code of codes) {
    const { title, next } = words.errors[code as keyof typeof words.errors];
    expect(title, code).toMatch(/\w/);
    expect(next, code).toMatch(/\w.*\.$/);
  }
});
