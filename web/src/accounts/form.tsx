/** A form that is sent to the API: frame, error and submit button. */
import type { ReactNode } from 'react';
import { ErrorNotice } from '../page/error-notice';
import { Button, type ButtonVariant } from '../ui/button';
import { Notice } from '../ui/notice';
import { words } from '../words/shell';
import type { FormState } from './use-form';

interface FormProps<Name extends string> {
  form: FormState<Name>;
  label: string;
  children: ReactNode;
  className?: string;
}

export function Form<Name extends string>({ form, label, children, className = '' }: FormProps<Name>) {
  return (
    <form
      ref={form.ref}
      aria-label={label}
      noValidate
      tabIndex={-1}
      onSubmit={form.onSubmit}
      onPointerOver={form.onPointerOver}
      className={`flex flex-col gap-5 outline-none ${className}`}
    >
      {children}
    </form>
  );
}

/** Shows the form's error, or that the rate limit is over. Errors of a field are shown at the field. */
export function FormError<Name extends string>({ form }: { form: FormState<Name> }) {
  if (form.formError === null || form.isBusy) return null;
  if (form.isLimited && form.secondsLeft === 0) {
    return (
      <Notice kind="info" title={words.errors.RATE_LIMIT_EXCEEDED.title}>
        {words.accounts.afterWait}
      </Notice>
    );
  }
  return <ErrorNotice error={form.formError} />;
}

interface SubmitProps<Name extends string> {
  form: FormState<Name>;
  /** The button's label while the form is sent. */
  busy: string;
  /** Whether there is anything to send. */
  hasChanges?: boolean;
  look?: ButtonVariant;
  size?: 'md' | 'lg';
  children: ReactNode;
}

export function SubmitButton<Name extends string>({
  form,
  busy,
  hasChanges = true,
  look = 'primary',
  size,
  children,
}: SubmitProps<Name>) {
  return (
    <Button type="submit" variant={look} size={size} busy={form.isBusy && busy} disabled={!form.canSend || !hasChanges}>
      {children}
    </Button>
  );
}
