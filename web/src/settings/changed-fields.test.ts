/** Only what changed is sent. */
import { expect, test } from 'vitest';
import { changedFields } from './changed-fields';

const BEFORE = { name: 'Ada', username: 'ada' };

test('fields with the same value are left out', () => {
  expect(changedFields(BEFORE, { ...BEFORE })).toEqual({});
  expect(changedFields(BEFORE, { name: 'Ada', username: 'lovelace' })).toEqual({ username: 'lovelace' });
});

test('blanks around a value are no change', () => {
  expect(changedFields(BEFORE, { name: ' Ada ', username: 'ada' })).toEqual({});
});

test('another case is a change', () => {
  expect(changedFields(BEFORE, { name: 'Ada', username: 'Ada' })).toEqual({ username: 'Ada' });
});
