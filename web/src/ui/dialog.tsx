/** Dialogs: they trap the focus and give it back. */
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { words } from '../shell-words';
import { Button, IconButton } from './button';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** `wide` leaves a margin around nearly the whole window, for editors. */
  size?: 'md' | 'lg' | 'wide';
  children?: ReactNode;
  /** The buttons at the end. */
  actions?: ReactNode;
  /** Where the focus goes when it closes, if not to what had it before: for dialogs that a menu opens, which is gone then. */
  returnFocus?: (() => HTMLElement | null) | undefined;
  /** Whether only a button closes it: Esc and a click beside it would lose work. */
  isWork?: boolean;
}

// On a phone a short dialog is a sheet at the bottom, and a long one fills the window.
const FILLS_PHONE = 'max-sm:h-full max-sm:max-w-none max-sm:rounded-none max-sm:border-0';
const SIZES = {
  md: 'w-full max-w-md max-sm:max-w-none max-sm:rounded-b-none max-sm:border-x-0 max-sm:border-b-0',
  lg: `w-full max-w-2xl ${FILLS_PHONE}`,
  wide: `w-full h-full max-w-[1400px] ${FILLS_PHONE}`,
};

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  size = 'md',
  children,
  actions,
  returnFocus,
  isWork = false,
}: DialogProps) {
  const opener = useRef<Element | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/60" />
        <div className="pointer-events-none fixed inset-0 z-50 flex items-center justify-center p-4 max-sm:items-end max-sm:p-0">
          <Radix.Content
            {...(description === undefined ? { 'aria-describedby': undefined } : {})}
            onOpenAutoFocus={(event) => {
              opener.current = document.activeElement;
              focusFirst(event);
            }}
            onEscapeKeyDown={(event) => isWork && event.preventDefault()}
            onInteractOutside={(event) => isWork && event.preventDefault()}
            onCloseAutoFocus={(event) => {
              // Radix gives the focus back to a trigger of its own alone.
              event.preventDefault();
              const target = returnFocus?.() ?? opener.current;
              if (target instanceof HTMLElement) target.focus();
            }}
            className={`pointer-events-auto flex max-h-full flex-col overflow-hidden rounded-md border border-line bg-page shadow-float ${SIZES[size]}`}
          >
            <header className="flex items-start gap-3 px-6 pt-5 pb-3">
              <div className="min-w-0 flex-1">
                <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
                {description !== undefined && (
                  <Radix.Description asChild>
                    <div className="mt-1 text-dim">{description}</div>
                  </Radix.Description>
                )}
              </div>
              <Radix.Close asChild>
                <IconButton label={words.common.close} className="-mt-1 -mr-2">
                  <X size={16} />
                </IconButton>
              </Radix.Close>
            </header>
            <div className="flex min-h-0 flex-1 flex-col overflow-auto px-6 pb-5">{children}</div>
            {actions !== undefined && (
              <footer className="flex flex-wrap justify-end gap-2 border-t border-line-soft px-6 py-4">
                {actions}
              </footer>
            )}
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The focus begins at the element that is marked `data-autofocus`, if there is one, and not at the button that closes. */
function focusFirst(event: Event) {
  const marked = event.currentTarget instanceof HTMLElement && event.currentTarget.querySelector('[data-autofocus]');
  if (!(marked instanceof HTMLElement)) return;
  event.preventDefault();
  marked.focus();
}

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  /** What is done, on the button. */
  action: string;
  busy?: string | false;
  onConfirm: () => void;
  returnFocus?: DialogProps['returnFocus'];
}

/** Asks before something is gone for good. */
export function Confirm({
  open,
  onOpenChange,
  title,
  description,
  action,
  busy,
  onConfirm,
  returnFocus,
}: ConfirmProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={description}
      returnFocus={returnFocus}
      actions={
        <>
          <Button data-autofocus onClick={() => onOpenChange(false)}>
            {words.common.cancel}
          </Button>
          <Button look="danger" busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    />
  );
}
