/** A small label: a state, a count, a language. */
import type { ReactNode } from 'react';

export type Tone = 'dim' | 'ok' | 'warn' | 'bad' | 'info' | 'accent';

const TONES: Record<Tone, string> = {
  dim: 'text-dim',
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
  info: 'text-info',
  accent: 'text-accent-text',
};

export function Badge({ tone = 'dim', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex h-5 items-center gap-1.5 rounded-full border border-line-soft bg-sunken px-2 text-xs whitespace-nowrap tabular-nums ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}
