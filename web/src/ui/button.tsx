/** Buttons, and links that look like them. */
import type { ComponentProps, ReactNode } from 'react';
import { Link } from 'react-router';
import { Spinner } from './spinner';

/** `primary` is for the one thing to do next in a region. */
export type Look = 'primary' | 'plain' | 'ghost' | 'danger';

const LOOKS: Record<Look, string> = {
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

interface Shape {
  look?: Look | undefined;
  size?: keyof typeof SIZES | undefined;
}

function classes({ look = 'plain', size = 'md' }: Shape, more = ''): string {
  return `${SHARED} ${LOOKS[look]} ${SIZES[size]} ${more}`;
}

interface ButtonProps extends ComponentProps<'button'>, Shape {
  /** What is being done, while it is: shown with a spinner in place of the label, and the button is off. */
  busy?: string | false | undefined;
}

export function Button({ look, size, busy, className, children, disabled, type = 'button', ...rest }: ButtonProps) {
  const isBusy = typeof busy === 'string';
  return (
    <button
      type={type}
      className={classes({ look, size }, className)}
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
  /** What it does: read aloud, and shown as a tooltip by the browser. */
  label: string;
  children: ReactNode;
}

export function IconButton({ label, look = 'ghost', ...rest }: IconButtonProps) {
  return <Button look={look} size="icon" aria-label={label} title={label} {...rest} />;
}

interface ButtonLinkProps extends ComponentProps<typeof Link>, Shape {}

export function ButtonLink({ look, size, className, ...rest }: ButtonLinkProps) {
  return <Link className={classes({ look, size }, className)} {...rest} />;
}
