import { describe, expect, test } from 'vitest';
import { bytes, dollars, exactDollars, exactTime, integer, isolated, relativeTime, short } from './format';

const NOW = new Date(2026, 10, 28, 12, 0, 0);

function ago(ms: number): string {
  return relativeTime(new Date(NOW.getTime() - ms), NOW);
}

describe('relative times', () => {
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;

  test('the last minute and the near future are now', () => {
    expect(ago(0)).toBe('just now');
    expect(ago(59_999)).toBe('just now');
    expect(ago(-5_000)).toBe('just now');
  });

  test('minutes and hours are counted whole', () => {
    expect(ago(MINUTE)).toBe('1 minute ago');
    expect(ago(59 * MINUTE + 59_000)).toBe('59 minutes ago');
    expect(ago(HOUR)).toBe('1 hour ago');
    expect(ago(23 * HOUR)).toBe('23 hours ago');
  });

  test('days are counted by midnights', () => {
    expect(relativeTime(new Date(2026, 10, 27, 11, 59), NOW)).toBe('yesterday');
    expect(relativeTime(new Date(2026, 10, 26, 23, 59), NOW)).toBe('2 days ago');
    expect(relativeTime(new Date(2026, 10, 22, 0, 0), NOW)).toBe('6 days ago');
  });

  test('after a week it is a date, with its year when that is another', () => {
    expect(relativeTime(new Date(2026, 10, 21, 23, 0), NOW)).toBe('21 November');
    expect(relativeTime(new Date(2025, 8, 10), NOW)).toBe('10 Sept 2025');
  });

  test('the exact time has the date and the seconds', () => {
    expect(exactTime(new Date(2026, 8, 10, 9, 5, 7))).toMatch(/10 September 2026.*09:05:07/);
  });
});

describe('sizes', () => {
  test('sizes have the unit that fits', () => {
    expect(bytes(0)).toBe('0 B');
    expect(bytes(1023)).toBe('1023 B');
    expect(bytes(1024)).toBe('1.0 KiB');
    expect(bytes(1536)).toBe('1.5 KiB');
    expect(bytes(5 * 1024 * 1024)).toBe('5.0 MiB');
  });

  test('no size is rounded to 1024 of a unit', () => {
    expect(bytes(1024 * 1024 - 1)).toBe('1.0 MiB');
    expect(bytes(1024 * 1024 - 100)).toBe('1,023.9 KiB');
  });
});

test('a file name is isolated from the direction of the sentence', () => {
  expect(isolated('שלום.rs')).toBe('\u2066שלום.rs\u2069');
});

describe('amounts', () => {
  test('thousands are apart, and an axis has them short', () => {
    expect(integer(658768)).toBe('658,768');
    expect(short(36500)).toBe('36.5K');
    expect(short(0)).toBe('0');
  });

  test('millionths of a dollar are dollars, and little is not nothing', () => {
    expect(dollars(0)).toBe('$0.00');
    expect(dollars(1_250_000)).toBe('$1.25');
    expect(dollars(130_000)).toBe('$0.13');
    expect(dollars(420)).toBe('$0.00042');
    expect(exactDollars(15_000)).toBe('$0.015');
    expect(exactDollars(2_000_000)).toBe('$2.00');
  });
});
