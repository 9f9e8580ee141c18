/** What the editor does after a patch was applied. */
import { expect, test } from 'vitest';
import type { AiMessage, Session } from '../api/types';
import { consequence } from './applied';

const answer = (applied_version: number, version_number: number) => ({
  message: { applied_version } as AiMessage,
  session: { version_number } as Session,
});

test('the editor follows a patch that made the next version', () => {
  expect(consequence({ had: 4, has: 4 }, answer(5, 5))).toBe('follow');
});

test('a patch that was applied before what the editor has changes nothing', () => {
  expect(consequence({ had: 5, has: 5 }, answer(3, 5))).toBe('known');
  expect(consequence({ had: 5, has: 5 }, answer(5, 5))).toBe('known');
});

test('the editor reads the code when more was saved than the patch', () => {
  expect(consequence({ had: 4, has: 4 }, answer(5, 7))).toBe('reload');
  expect(consequence({ had: 4, has: 4 }, answer(3, 6))).toBe('reload');
});

test('a patch that the editor has read while the answer was on its way is not put there twice', () => {
  expect(consequence({ had: 4, has: 5 }, answer(5, 5))).toBe('followed');
  expect(consequence({ had: 4, has: 7 }, answer(5, 7))).toBe('followed');
  expect(consequence({ had: 4, has: 5 }, answer(5, 7))).toBe('reload');
});
