/** A badge that explains itself on click, tap or key press. A `title` works only with a mouse. */
import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';

export function Toggletip({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Popover.Root>
      <Popover.Trigger
        title={text}
        className="flex min-h-6 shrink-0 items-center rounded-full pointer-coarse:min-h-11 pointer-coarse:min-w-11"
      >
        {children}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label={text}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-80 rounded-md border border-line bg-raised px-3 py-2 text-sm shadow-float outline-none"
        >
          {text}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
