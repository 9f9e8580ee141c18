/** Tests how error responses become `ApiError`s. */
import { expect, test } from 'vitest';
import document from '../../../handlers/openapi.json';
import { words } from '../words/shell';
import { toApiError } from './error';

test('keeps the code and the body of an error', () => {
  const error = toApiError(409, { error: { code: 'VERSION_CONFLICT', message: 'changed', current_version: 3 } });
  expect([error.status, error.code, error.body.current_version]).toEqual([409, 'VERSION_CONFLICT', 3]);
});

test('maps each invalid field to its message', () => {
  const fields = [
    { field: 'email', message: 'no address', code: 'INVALID_INPUT' },
    { field: 'name', message: 'empty', code: 'INVALID_INPUT' },
  ];
  const error = toApiError(400, { error: { code: 'INVALID_INPUT', message: 'no address', field: 'email', fields } });
  expect(error.fields).toEqual({ email: 'no address', name: 'empty' });
});

test('maps a single invalid field to its message', () => {
  const error = toApiError(409, { error: { code: 'USER_ALREADY_EXISTS', message: 'taken', field: 'username' } });
  expect(error.fields).toEqual({ username: 'taken' });
});

test.each([undefined, null, 'Bad gateway', {}, { error: null }, { error: { code: 7 } }])(
  'a response that is not from the API has the code UNKNOWN: %o',
  (body) => {
    expect(toApiError(502, body).code).toBe('UNKNOWN');
  },
);

test('every API error code has a title and a next step', () => {
  const codes = document.components.schemas.ErrorCode.enum;
  expect(codes.length).toBeGreaterThan(30);
  for (const code of codes) {
    const { title, next } = words.errors[code as keyof typeof words.errors];
    expect(title, code).toMatch(/\w/);
    expect(next, code).toMatch(/\w.*\.$/);
  }
});

test.each(['SESSION_LIMIT_EXCEEDED', 'THREAD_LIMIT_EXCEEDED', 'MESSAGE_LIMIT_EXCEEDED'] as const)(
  'the title of %s names the limit of the API',
  (code) => {
    const example = new RegExp(`"code":"${code}","message":"[^"]*?(\\d+)`).exec(JSON.stringify(document));
    expect(example, code).not.toBeNull();
    expect(words.errors[code].title).toContain(` ${example?.[1]} `);
  },
);
