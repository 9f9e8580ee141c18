/** Usage per day, including days without usage, and the axis of the chart. */
import type { Usage } from '../api/types';

export type UsageAmount = Usage['total'];

export interface UsageDay {
  /** A UTC day, such as 2026-11-23. */
  date: string;
  amount: UsageAmount;
}

const DAY = 24 * 3_600_000;

const NO_USAGE: UsageAmount = {
  requests: 0,
  input_tokens: 0,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  output_tokens: 0,
  cost_micros: 0,
};

export function utcDay(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** The range of the last `days` days, which ends on the UTC day of `now`. */
export function lastDays(days: number, now: Date): { from: string; to: string } {
  return { from: utcDay(new Date(now.getTime() - (days - 1) * DAY)), to: utcDay(now) };
}

/** Returns every day of a range; the server omits days without usage. */
export function fillDays({ from, to, days }: Pick<Usage, 'from' | 'to' | 'days'>): UsageDay[] {
  const amounts = new Map(days.map(({ date, amount }) => [date, amount]));
  const all: UsageDay[] = [];
  for (let time = Date.parse(from); time <= Date.parse(to); time += DAY) {
    const date = utcDay(new Date(time));
    all.push({ date, amount: amounts.get(date) ?? NO_USAGE });
  }
  return all;
}

/** All sent tokens, including those of the prompt cache. */
export function sentTokens({ input_tokens, cache_read_tokens, cache_write_tokens }: UsageAmount): number {
  return input_tokens + cache_read_tokens + cache_write_tokens;
}

export function allTokens(amount: UsageAmount): number {
  return sentTokens(amount) + amount.output_tokens;
}

/** Axis steps from 0 to at least `highest`: two to four steps of 1, 2, 2.5 or 5 times a power of ten. */
export function axisSteps(highest: number): number[] {
  if (highest <= 0) return [0, 1];
  const size = 10 ** Math.floor(Math.log10(highest / 4));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((wide) => wide * 4 >= highest) ?? size * 10;
  const count = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}
