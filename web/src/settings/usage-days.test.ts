/** Tests the days and the axis of the usage chart. */
import { expect, test } from 'vitest';
import { allTokens, axisSteps, fillDays, lastDays, sentTokens } from './usage-days';

const USAGE = {
  requests: 1,
  input_tokens: 10,
  cache_read_tokens: 20,
  cache_write_tokens: 30,
  output_tokens: 5,
  cost_micros: 7,
};

test('a range ends today in UTC', () => {
  expect(lastDays(7, new Date('2026-11-29T23:30:00Z'))).toEqual({ from: '2026-11-23', to: '2026-11-29' });
  expect(lastDays(31, new Date('2026-03-01T00:10:00Z'))).toEqual({ from: '2026-01-30', to: '2026-03-01' });
});

test('fills days without usage with zeros', () => {
  const days = fillDays({ from: '2026-02-27', to: '2026-03-02', days: [{ date: '2026-03-01', amount: USAGE }] });
  expect(days.map(({ date }) => date)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
  expect(days.map(({ amount }) => amount.requests)).toEqual([0, 0, 1, 0]);
});

test('cached prompt tokens count as sent', () => {
  expect(sentTokens(USAGE)).toBe(60);
  expect(allTokens(USAGE)).toBe(65);
});

test.each([
  [0, [0, 1]],
  [1, [0, 0.25, 0.5, 0.75, 1]],
  [4, [0, 1, 2, 3, 4]],
  [47_000, [0, 20_000, 40_000, 60_000]],
  [100_000, [0, 25_000, 50_000, 75_000, 100_000]],
])('an axis up to %d has the steps %j', (highest, steps) => {
  expect(axisSteps(highest)).toEqual(steps);
});
