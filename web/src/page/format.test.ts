/** Tests the formatting of times, sizes and amounts. */
import { describe, expect, test } from 'vitest';
import {
  compactNumber,
  formatBytes,
  formatDollars,
  formatExactDollars,
  formatExactTime,
  formatInteger,
  formatRelativeTime,
  isolateDirection,
} from './format';

const NOW = new Date(2026, 10, 28, 12, 0, 0);

function ago(ms: number): string {
  return formatRelativeTime(new Date(NOW.getTime() - ms), NOW);
}

describe('relative times', () => {
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;

  test('the last minute and the near future are "just now"', () => {
    expect(ago(0)).toBe('just now');
    expect(ago(59_999)).toBe('just now');
    expect(ago(-5_000)).toBe('just now');
  });

  test('minutes and hours are rounded down', () => {
    expect(ago(MINUTE)).toBe('1 minute ago');
    expect(ago(59 * MINUTE + 59_000)).toBe('59 minutes ago');
    expect(ago(HOUR)).toBe('1 hour ago');
    expect(ago(23 * HOUR)).toBe('23 hours ago');
  });

  test('days count midnights', () => {
    expect(formatRelativeTime(new Date(2026, 10, 27, 11, 59), NOW)).toBe('yesterday');
    expect(formatRelativeTime(new Date(2026, 10, 26, 23, 59), NOW)).toBe('2 days ago');
    expect(formatRelativeTime(new Date(2026, 10, 22, 0, 0), NOW)).toBe('6 days ago');
  });

  test('after a week, shows the date, with the year if it differs', () => {
    expect(formatRelativeTime(new Date(2026, 10, 21, 23, 0), NOW)).toBe('21 November');
    expect(formatRelativeTime(new Date(2025, 8, 10), NOW)).toBe('10 Sept 2025');
  });

  test('the exact time has the date and seconds', () => {
    expect(formatExactTime(new Date(2026, 8, 10, 9, 5, 7))).toMatch(/10 September 2026.*09:05:07/);
  });
});

describe('sizes', () => {
  test('a size uses the largest fitting unit', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(1023)).toBe('1023 B');
    expect(formatBytes(1024)).toBe('1.0 KiB');
    expect(formatBytes(1536)).toBe('1.5 KiB');
    expect(formatBytes(5 * 1024 * 1024)).toBe('5.0 MiB');
  });

  test('a size that rounds up to 1024 uses the next unit', () => {
    expect(formatBytes(1024 * 1024 - 1)).toBe('1.0 MiB');
    expect(formatBytes(1024 * 1024 - 100)).toBe('1,023.9 KiB');
  });
});

test('isolates a file name from the text direction of the sentence', () => {
  expect(isolateDirection('שלום.rs')).toBe('\u2066שלום.rs\u2069');
});

describe('amounts', () => {
  test('separates thousands, and abbreviates for an axis', () => {
    expect(formatInteger(658768)).toBe('658,768');
    expect(compactNumber(36500)).toBe('36.5K');
    expect(compactNumber(0)).toBe('0');
  });

  test('formats micro-dollars, and shows small amounts', () => {
    expect(formatDollars(0)).toBe('$0.00');
    expect(formatDollars(1_250_000)).toBe('$1.25');
    expect(formatDollars(130_000)).toBe('$0.13');
    expect(formatDollars(420)).toBe('$0.00042');
    expect(formatExactDollars(15_000)).toBe('$0.015');
    expect(formatExactDollars(2_000_000)).toBe('$2.00');
  });
});
