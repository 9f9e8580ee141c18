/** A scrollable area for code, which the keyboard can scroll too. */
import type { ReactNode } from 'react';

export function Scroller({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: needs the focus to scroll with the arrow keys.
      tabIndex={0}
      className="relative max-h-96 overflow-auto bg-sunken font-mono text-xs leading-5 [font-variant-ligatures:none] focus-visible:-outline-offset-2"
    >
      {children}
    </section>
  );
}
