/** Formats UTC days. */

const long = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
const brief = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** "2026-11-23" as "Mon 23 Nov". */
export function formatDay(date: string): string {
  return long.format(new Date(date)).replace(',', '');
}

/** "2026-11-23" as "23 Nov". */
export function formatShortDay(date: string): string {
  return brief.format(new Date(date));
}
