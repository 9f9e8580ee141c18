/** A side panel over the code on narrow windows. It fills the screen on phones. */
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { words } from '../words';
import { IconButton } from './button';

interface DrawerProps {
  side: 'left' | 'right';
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}

const SIDES = {
  left: 'left-0 w-[320px] border-r',
  right: 'right-0 w-[450px] border-l',
};

export function Drawer({ side, title, isOpen, onClose, children }: DrawerProps) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-30 bg-black/50" />
        <Radix.Content
          aria-describedby={undefined}
          // A click on a toast above the drawer must not close the drawer.
          onInteractOutside={(event) => {
            if (event.target instanceof Element && event.target.closest('[data-sonner-toaster]'))
              event.preventDefault();
          }}
          className={`fixed inset-y-0 z-40 flex max-w-full flex-col border-line bg-page shadow-float max-sm:inset-x-0 max-sm:w-full max-sm:border-0 ${SIDES[side]}`}
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          {side === 'left' && (
            <Radix.Close asChild>
              <IconButton label={words.common.close} className="absolute top-1.5 right-2 z-10">
                <X size={16} />
              </IconButton>
            </Radix.Close>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
