/** Where signing in leads to. */
import { expect, test } from 'vitest';
import { destination } from './entrance';

const ADA = { id: 'ada-id', name: 'Ada', username: 'ada', email: 'ada@example.com' };

test('signing in leads to where the visitor wanted to go', () => {
  expect(destination({ from: '/settings?tab=usage' }, ADA)).toBe('/settings?tab=usage');
  expect(destination({ from: '/editor/1', userId: 'ada-id' }, ADA)).toBe('/editor/1');
});

test('without a wish it leads to the sessions', () => {
  expect(destination(null, ADA)).toBe('/dashboard');
  expect(destination({ deleted: false }, ADA)).toBe('/dashboard');
});

test('the page of another user is not opened', () => {
  expect(destination({ from: '/editor/1', userId: 'eve-id' }, ADA)).toBe('/dashboard');
});

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 7])('%s is no page of ours', (from) => {
  expect(destination({ from }, ADA)).toBe('/dashboard');
});
