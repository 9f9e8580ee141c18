/** Formats times, sizes and amounts. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const dayAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' });
const oneDigit = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A time relative to now: "2 minutes ago", "yesterday", and after a week the date. */
export function formatRelativeTime(date: Date, now: Date): string {
  const passed = now.getTime() - date.getTime();
  // The server's clock may be slightly ahead.
  if (passed < MINUTE) return 'just now';
  if (passed < HOUR) return relative.format(-Math.floor(passed / MINUTE), 'minute');
  if (passed < DAY) return relative.format(-Math.floor(passed / HOUR), 'hour');
  const days = daysBetween(date, now);
  if (days < 7) return relative.format(-days, 'day');
  return (date.getFullYear() === now.getFullYear() ? dayOfYear : dayAndYear).format(date);
}

/** The full date and time, for a tooltip. */
export function formatExactTime(date: Date): string {
  return exact.format(date);
}

/** Counts the midnights between two times. Rounded because a day may have 23 or 25 hours. */
function daysBetween(date: Date, now: Date): number {
  const midnight = (time: Date) => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
  return Math.round((midnight(now) - midnight(date)) / DAY);
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** A size: "13 B", "1.0 KiB", "5.0 MiB". */
export function formatBytes(number: number): string {
  if (number < KIB) return `${number} B`;
  // A value that rounds up to 1024.0 uses the next unit.
  if (number < MIB - KIB / 20) return `${oneDigit.format(number / KIB)} KiB`;
  return `${oneDigit.format(number / MIB)} MiB`;
}

/** Isolates a name in a sentence: right-to-left letters must not reorder the text around it. */
export function isolateDirection(name: string): string {
  return `\u2066${name}\u2069`;
}

const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** A number with thousands separators: "36,500". */
export function formatInteger(number: number): string {
  return whole.format(number);
}

/** A short number for an axis: "36.5K". */
export function compactNumber(number: number): string {
  return compact.format(number);
}

const MICROS = 1_000_000;
const cents = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });
const smallAmount = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 });

/** Formats micro-dollars: "$1.25". Amounts below a cent have two significant digits, so they do not show as zero. */
export function formatDollars(micros: number): string {
  return (micros > 0 && micros < MICROS / 100 ? smallAmount : cents).format(micros / MICROS);
}

const exactly = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 6 });

/** Formats micro-dollars with all digits, for an axis: "$0.015". */
export function formatExactDollars(micros: number): string {
  return exactly.format(micros / MICROS);
}
