/** Tests where a user goes after signing in. */
import { expect, test } from 'vitest';
import { destination } from './sign-in-frame';

const ADA = { id: 'ada-id', name: 'Ada', username: 'ada', email: 'ada@example.com' };

test('returns to the page that the visitor asked for', () => {
  expect(destination({ from: '/settings?tab=usage' }, ADA)).toBe('/settings?tab=usage');
  expect(destination({ from: '/editor/1', userId: 'ada-id' }, ADA)).toBe('/editor/1');
});

test('goes to the sessions if no page was asked for', () => {
  expect(destination(null, ADA)).toBe('/dashboard');
  expect(destination({ deleted: false }, ADA)).toBe('/dashboard');
});

test('does not return to a page of a different user', () => {
  expect(destination({ from: '/editor/1', userId: 'eve-id' }, ADA)).toBe('/dashboard');
});

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 7])('does not redirect to %s', (from) => {
  expect(destination({ from }, ADA)).toBe('/dashboard');
});
