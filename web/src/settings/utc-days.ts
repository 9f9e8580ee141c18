/** How UTC days are written. */

const long = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
const brief = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** "Mon 23 Nov" of "2026-11-23". */
export function dayName(date: string): string {
  return long.format(new Date(date)).replace(',', '');
}

/** "23 Nov". */
export function shortDay(date: string): string {
  return brief.format(new Date(date));
}
