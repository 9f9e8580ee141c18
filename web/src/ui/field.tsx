/** A form's field: its label, its input, its hint and what is wrong with it, tied together for every reader. */
import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId, useState } from 'react';
import { words } from '../shell-words';
import { IconButton } from './button';

export const INPUT =
  'w-full min-h-10 rounded-md border border-line-strong bg-sunken px-3 text-base text-text placeholder:text-faint aria-invalid:border-bad disabled:opacity-60 pointer-coarse:min-h-11';

interface FieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  label: string;
  /** What is wrong with it. */
  error?: string | undefined;
  /** Given way to by an error. */
  hint?: ReactNode;
  /** What stands under the input, such as a strength. */
  below?: ReactNode;
}

export function Field({ label, error, hint, below, type, className, ...rest }: FieldProps) {
  const id = useId();
  const [isShown, setIsShown] = useState(false);
  const isPassword = type === 'password';
  const isHinted = hint !== undefined && !error;
  const described = [error && `${id}-error`, isHinted && `${id}-hint`, below && `${id}-below`]
    .filter(Boolean)
    .join(' ');
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          type={isPassword && isShown ? 'text' : type}
          className={`${INPUT} ${isPassword ? 'pr-12' : ''} ${className ?? ''}`}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
          {...rest}
        />
        {isPassword && (
          <IconButton
            className="absolute top-1/2 right-0.5 -translate-y-1/2"
            label={isShown ? words.common.hidePassword : words.common.showPassword}
            aria-pressed={isShown}
            onClick={() => setIsShown(!isShown)}
          >
            {isShown ? <EyeOff size={16} /> : <Eye size={16} />}
          </IconButton>
        )}
      </div>
      {isHinted && (
        <p id={`${id}-hint`} className="text-xs text-dim">
          {hint}
        </p>
      )}
      <FieldError id={`${id}-error`} error={error} />
      {below && <div id={`${id}-below`}>{below}</div>}
    </div>
  );
}

export function FieldError({ id, error }: { id: string; error?: string | undefined }) {
  // The region is always there, so that a message that appears in it is read aloud.
  return (
    <p id={id} aria-live="polite" className="text-sm text-bad empty:hidden">
      {error}
    </p>
  );
}
