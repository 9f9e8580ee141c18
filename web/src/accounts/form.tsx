/** A form that is sent to the API: its frame, what is told of a failure, its button. */
import type { ReactNode } from 'react';
import { Failure } from '../page/failure';
import { words } from '../shell-words';
import { Button, type Look } from '../ui/button';
import { Notice } from '../ui/notice';
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

/** The error that no field tells. When a limit is over, that is told instead. */
export function FormFailure<Name extends string>({ form }: { form: FormState<Name> }) {
  if (form.failure === null || form.isBusy) return null;
  if (form.isLimited && form.wait === 0) {
    return (
      <Notice kind="info" title={words.errors.RATE_LIMIT_EXCEEDED.title}>
        {words.accounts.afterWait}
      </Notice>
    );
  }
  return <Failure error={form.failure} />;
}

interface SubmitProps<Name extends string> {
  form: FormState<Name>;
  /** What is being done, while it is. */
  busy: string;
  /** Whether there is something to send, beside valid fields. */
  isWanted?: boolean;
  look?: Look;
  size?: 'md' | 'lg';
  children: ReactNode;
}

export function Submit<Name extends string>({
  form,
  busy,
  isWanted = true,
  look = 'primary',
  size,
  children,
}: SubmitProps<Name>) {
  return (
    <Button type="submit" look={look} size={size} busy={form.isBusy && busy} disabled={!form.canSend || !isWanted}>
      {children}
    </Button>
  );
}
