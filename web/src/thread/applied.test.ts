/** What the editor does after a patch was applied. */
import { expect, test } from 'vitest';
import type { AiMessage, Session } from '../api/types';
import { consequence } from './applied';

const answer = (applied_version: number, version_number: number) => ({
  message: { applied_version } as AiMessage,
  session: { version_number } as Session,
});

test('the editor follows a patch that made the next version', () => {
  expect(consequence(4, answer(5, 5))).toBe('follow');
});

test('a patch that was applied before what the editor has changes nothing', () => {
  expect(consequence(5, answer(3, 5))).toBe('known');
  expect(consequence(5, answer(5, 5))).toBe('known');
});

test('the editor reads the code when more was saved than the patch', () => {
  expect(consequence(4, answer(5, 7))).toBe('reload');
  expect(consequence(4, answer(3, 6))).toBe('reload');
});
