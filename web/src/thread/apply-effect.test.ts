/** Tests what the editor does after a patch is applied. */
import { expect, test } from 'vitest';
import type { AiMessage, Session } from '../api/types';
import { applyEffect } from './apply-effect';

const answer = (applied_version: number, version_number: number) => ({
  message: { applied_version } as AiMessage,
  session: { version_number } as Session,
});

test('applies the lines if the patch made the next version', () => {
  expect(applyEffect({ had: 4, has: 4 }, answer(5, 5))).toBe('apply-lines');
});

test('does nothing for a patch in an earlier version', () => {
  expect(applyEffect({ had: 5, has: 5 }, answer(3, 5))).toBe('already-applied');
  expect(applyEffect({ had: 5, has: 5 }, answer(5, 5))).toBe('already-applied');
});

test('reloads if more than the patch was saved', () => {
  expect(applyEffect({ had: 4, has: 4 }, answer(5, 7))).toBe('reload');
  expect(applyEffect({ had: 4, has: 4 }, answer(3, 6))).toBe('reload');
});

test('does not apply the lines twice if the editor already has them', () => {
  expect(applyEffect({ had: 4, has: 5 }, answer(5, 5))).toBe('already-loaded');
  expect(applyEffect({ had: 4, has: 7 }, answer(5, 7))).toBe('already-loaded');
  expect(applyEffect({ had: 4, has: 5 }, answer(5, 7))).toBe('reload');
});
