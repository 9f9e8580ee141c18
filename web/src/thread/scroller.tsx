/** Code that scrolls inside, with a pointer and with the keyboard. */
import type { ReactNode } from 'react';

export function Scroller({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll it.
      tabIndex={0}
      className="relative max-h-96 overflow-auto bg-sunken font-mono text-xs leading-5 [font-variant-ligatures:none] focus-visible:-outline-offset-2"
    >
      {children}
    </section>
  );
}
