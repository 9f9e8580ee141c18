/** Tests that only changed fields are sent. */
import { expect, test } from 'vitest';
import { changedFields } from './changed-fields';

const BEFORE = { name: 'Ada', username: 'ada' };

test('omits unchanged fields', () => {
  expect(changedFields(BEFORE, { ...BEFORE })).toEqual({});
  expect(changedFields(BEFORE, { name: 'Ada', username: 'lovelace' })).toEqual({ username: 'lovelace' });
});

test('ignores surrounding spaces', () => {
  expect(changedFields(BEFORE, { name: ' Ada ', username: 'ada' })).toEqual({});
});

test('a change of case is a change', () => {
  expect(changedFields(BEFORE, { name: 'Ada', username: 'Ada' })).toEqual({ username: 'Ada' });
});
