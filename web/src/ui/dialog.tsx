/** Dialogs with a focus trap. */
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { words } from '../words/shell';
import { Button, IconButton } from './button';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** `wide` fills most of the window, for editors. */
  size?: 'md' | 'lg' | 'wide';
  children?: ReactNode;
  /** Buttons in the footer. */
  actions?: ReactNode;
  /** Receives the focus on close. Needed if the opener is gone by then, such as a menu item. */
  returnFocus?: (() => HTMLElement | null) | undefined;
  /** Disables closing by Esc or an outside click, which would lose work. */
  closesByButtonOnly?: boolean;
}

// On phones, a short dialog is a bottom sheet and a long one fills the screen.
const FULL_SCREEN_ON_PHONE = 'max-sm:h-full max-sm:max-w-none max-sm:rounded-none max-sm:border-0';
const SIZES = {
  md: 'w-full max-w-md max-sm:max-w-none max-sm:rounded-b-none max-sm:border-x-0 max-sm:border-b-0',
  lg: `w-full max-w-2xl ${FULL_SCREEN_ON_PHONE}`,
  wide: `w-full h-full max-w-[1400px] ${FULL_SCREEN_ON_PHONE}`,
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
  closesByButtonOnly = false,
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
            onEscapeKeyDown={(event) => closesByButtonOnly && event.preventDefault()}
            onInteractOutside={(event) => closesByButtonOnly && event.preventDefault()}
            onCloseAutoFocus={(event) => {
              // Radix returns the focus only to its own trigger.
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

/** Moves the initial focus to the element marked `data-autofocus` instead of the close button. */
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
  /** Label of the confirm button. */
  action: string;
  busy?: string | false;
  onConfirm: () => void;
  returnFocus?: DialogProps['returnFocus'];
}

/** Asks for confirmation before data is deleted. */
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
          <Button variant="danger" busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    />
  );
}
