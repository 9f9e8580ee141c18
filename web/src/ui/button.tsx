/** Buttons, and links that look like them. */
import type { ComponentProps, ReactNode } from 'react';
import { Link } from 'react-router';
import { Spinner } from './spinner';

/** `primary` marks the main action of a region. */
export type ButtonVariant = 'primary' | 'plain' | 'ghost' | 'danger';

const VARIANTS: Record<ButtonVariant, string> = {
  primary: 'bg-accent border-accent text-on-accent font-semibold hover:brightness-110 disabled:hover:brightness-100',
  plain: 'bg-raised border-line text-text hover:border-line-strong',
  ghost: 'border-transparent text-dim hover:bg-hover hover:text-text',
  danger: 'bg-transparent border-bad text-bad hover:bg-del',
};

const SIZES = {
  md: 'min-h-9 px-3 text-sm pointer-coarse:min-h-11 pointer-coarse:min-w-11',
  icon: 'size-9 shrink-0 pointer-coarse:size-11',
  lg: 'min-h-11 px-5 text-base',
};

const SHARED =
  'inline-flex items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap select-none disabled:opacity-45 disabled:cursor-not-allowed aria-disabled:opacity-45';

interface VariantProps {
  variant?: ButtonVariant | undefined;
  size?: keyof typeof SIZES | undefined;
}

function classes({ variant = 'plain', size = 'md' }: VariantProps, more = ''): string {
  return `${SHARED} ${VARIANTS[variant]} ${SIZES[size]} ${more}`;
}

interface ButtonProps extends ComponentProps<'button'>, VariantProps {
  /** The label while the action runs. It replaces the content, beside a spinner, and disables the button. */
  busy?: string | false | undefined;
}

export function Button({ variant, size, busy, className, children, disabled, type = 'button', ...rest }: ButtonProps) {
  const isBusy = typeof busy === 'string';
  return (
    <button
      type={type}
      className={classes({ variant, size }, className)}
      disabled={disabled || isBusy}
      aria-busy={isBusy}
      {...rest}
    >
      {isBusy ? (
        <>
          <Spinner />
          {busy}
        </>
      ) : (
        children
      )}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'size' | 'busy'> {
  /** Accessible name and tooltip. */
  label: string;
  children: ReactNode;
}

export function IconButton({ label, variant = 'ghost', ...rest }: IconButtonProps) {
  return <Button variant={variant} size="icon" aria-label={label} title={label} {...rest} />;
}

interface ButtonLinkProps extends ComponentProps<typeof Link>, VariantProps {}

export function ButtonLink({ variant, size, className, ...rest }: ButtonLinkProps) {
  return <Link className={classes({ variant, size }, className)} {...rest} />;
}
