/** A form field: label, input, hint and error, linked for screen readers. */
import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId, useState } from 'react';
import { words } from '../words/shell';
import { IconButton } from './button';

export const INPUT =
  'w-full min-h-10 rounded-md border border-line-strong bg-sunken px-3 text-base text-text placeholder:text-faint aria-invalid:border-bad disabled:opacity-60 pointer-coarse:min-h-11';

interface FieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  label: string;
  error?: string | undefined;
  /** Hidden while there is an error. */
  hint?: ReactNode;
  /** Shown below the input, such as a strength meter. */
  below?: ReactNode;
}

export function Field({ label, error, hint, below, type, className, ...rest }: FieldProps) {
  const id = useId();
  const [isPasswordVisible, setIsPasswordVisible] = useState(false);
  const isPassword = type === 'password';
  const hasHint = hint !== undefined && !error;
  const describedBy = [error && `${id}-error`, hasHint && `${id}-hint`, below && `${id}-below`]
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
          type={isPassword && isPasswordVisible ? 'text' : type}
          className={`${INPUT} ${isPassword ? 'pr-12' : ''} ${className ?? ''}`}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy || undefined}
          {...rest}
        />
        {isPassword && (
          <IconButton
            className="absolute top-1/2 right-0.5 -translate-y-1/2"
            label={isPasswordVisible ? words.common.hidePassword : words.common.showPassword}
            aria-pressed={isPasswordVisible}
            onClick={() => setIsPasswordVisible(!isPasswordVisible)}
          >
            {isPasswordVisible ? <EyeOff size={16} /> : <Eye size={16} />}
          </IconButton>
        )}
      </div>
      {hasHint && (
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
  // The live region always exists, so screen readers announce a message that appears in it.
  return (
    <p id={id} aria-live="polite" className="text-sm text-bad empty:hidden">
      {error}
    </p>
  );
}
