/** How times and amounts are written. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const dayAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' });
const oneDigit = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** How long ago a time is: "2 minutes ago", "yesterday", and after a week the date. */
export function relativeTime(date: Date, now: Date): string {
  const passed = now.getTime() - date.getTime();
  // The server's clock may be a little ahead.
  if (passed < MINUTE) return 'just now';
  if (passed < HOUR) return relative.format(-Math.floor(passed / MINUTE), 'minute');
  if (passed < DAY) return relative.format(-Math.floor(passed / HOUR), 'hour');
  const days = daysBetween(date, now);
  if (days < 7) return relative.format(-days, 'day');
  return (date.getFullYear() === now.getFullYear() ? dayOfYear : dayAndYear).format(date);
}

/** The whole date and time, for a tooltip. */
export function exactTime(date: Date): string {
  return exact.format(date);
}

/** Midnights between two times. They are rounded, since a day may have 23 or 25 hours. */
function daysBetween(date: Date, now: Date): number {
  const midnight = (time: Date) => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
  return Math.round((midnight(now) - midnight(date)) / DAY);
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** A size: "13 B", "1.0 KiB", "5.0 MiB". */
export function bytes(number: number): string {
  if (number < KIB) return `${number} B`;
  // Rounded up to 1024.0 it is the next unit.
  if (number < MIB - KIB / 20) return `${oneDigit.format(number / KIB)} KiB`;
  return `${oneDigit.format(number / MIB)} MiB`;
}

/** The name of a file inside a sentence: letters that are written from the right do not reorder the words around it. */
export function isolated(name: string): string {
  return `\u2066${name}\u2069`;
}

const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** A number with its thousands apart: "36,500". */
export function integer(number: number): string {
  return whole.format(number);
}

/** A number in short, for an axis: "36.5K". */
export function short(number: number): string {
  return compact.format(number);
}

const MICROS = 1_000_000;
const cents = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });
const parts = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 });

/** Millionths of a US dollar as dollars: "$1.25". Below a cent two digits are shown, so that little is not nothing. */
export function dollars(micros: number): string {
  return (micros > 0 && micros < MICROS / 100 ? parts : cents).format(micros / MICROS);
}

const exactly = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 6 });

/** The same with all digits that it has, for an axis: "$0.015". */
export function exactDollars(micros: number): string {
  return exactly.format(micros / MICROS);
}
