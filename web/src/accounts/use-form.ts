/** State of a form: values, errors and submission. */
import { useMutation } from '@tanstack/react-query';
import { type ChangeEvent, type FormEvent, useEffect, useRef, useState } from 'react';
import { isApiError } from '../api/error';
import { useCountdown } from '../page/error-notice';

export type Values<Name extends string> = Record<Name, string>;
export type FieldErrors<Name extends string> = Partial<Record<Name, string | undefined>>;

interface FormOptions<Name extends string> {
  /** The initial values. The keys are the API's field names, in the order of the fields. */
  initial: Values<Name>;
  /** Returns the error of each field. */
  check: (values: Values<Name>) => FieldErrors<Name>;
  send: (values: Values<Name>) => Promise<void>;
}

/** Props that connect one field to the form. */
export interface FieldBinding {
  name: string;
  value: string;
  error: string | undefined;
  onChange: (event: ChangeEvent<HTMLInputElement>) => void;
  onBlur: () => void;
}

/** The server's errors of the sent values. Each holds until its value changes. */
export function serverErrors<Name extends string>(
  error: unknown,
  sent: Values<Name> | undefined,
  values: Values<Name>,
): FieldErrors<Name> {
  const errors: FieldErrors<Name> = {};
  if (!isApiError(error) || sent === undefined) return errors;
  for (const name of namesOf(values)) {
    const message = error.fields[name];
    if (message !== undefined && sent[name] === values[name]) errors[name] = message;
  }
  return errors;
}

/** Whether a field of the form shows the error. */
export function hasFieldError<Name extends string>(error: unknown, values: Values<Name>): boolean {
  return isApiError(error) && namesOf(values).some((name) => error.fields[name] !== undefined);
}

function namesOf<Name extends string>(values: Values<Name>): Name[] {
  return Object.keys(values) as Name[];
}

export type FormState<Name extends string> = ReturnType<typeof useForm<Name>>;

export function useForm<Name extends string>({ initial, check, send }: FormOptions<Name>) {
  const ref = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(initial);
  // A field shows its error after it was changed and left. Before that, the user is still typing.
  const [visits, setVisits] = useState<Partial<Record<Name, 'changed' | 'left'>>>({});
  const [isAutofilled, setIsAutofilled] = useState(false);
  const mutation = useMutation({ mutationFn: send });

  const isLimited = isApiError(mutation.error, 'RATE_LIMIT_EXCEEDED');
  const secondsLeft = useCountdown(isLimited && isApiError(mutation.error) ? mutation.error.retryAfter : undefined);
  const fieldErrors = serverErrors(mutation.error, mutation.variables, values);
  const checkErrors = check(values);
  const isValid = namesOf(values).every((name) => checkErrors[name] === undefined && fieldErrors[name] === undefined);

  useFocusAfterSubmit(ref, mutation.status);

  /** Whether the user already filled in a later field. */
  function isSkipped(name: Name): boolean {
    const names = namesOf(values);
    return names.slice(names.indexOf(name) + 1).some((later) => visits[later] === 'left');
  }

  function field(name: Name): FieldBinding {
    return {
      name,
      value: values[name],
      error: fieldErrors[name] ?? (visits[name] === 'left' || isSkipped(name) ? checkErrors[name] : undefined),
      onChange: ({ target }: ChangeEvent<HTMLInputElement>) => {
        setValues((before) => ({ ...before, [name]: target.value }));
        setVisits((before) => (before[name] === 'left' ? before : { ...before, [name]: 'changed' }));
      },
      onBlur: () => setVisits((before) => (before[name] === 'changed' ? { ...before, [name]: 'left' } : before)),
    };
  }

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (mutation.isPending || secondsLeft > 0) return;
    // Password managers may fill fields without an event.
    const filled = readValues(event.currentTarget, values);
    setValues(filled);
    const errors = check(filled);
    const first = namesOf(filled).find((name) => errors[name] !== undefined);
    if (first === undefined) return mutation.mutate(filled);
    setVisits(Object.fromEntries(namesOf(filled).map((name) => [name, 'left'])) as typeof visits);
    event.currentTarget.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  }

  return {
    ref,
    values,
    field,
    onSubmit,
    /** Chrome reveals autofilled values only after the first click or key press. */
    onPointerOver: () => setIsAutofilled(ref.current?.querySelector(':autofill') !== null),
    isBusy: mutation.isPending,
    canSend: (isValid || isAutofilled) && secondsLeft === 0,
    /** Seconds until the rate limit ends. */
    secondsLeft,
    isLimited,
    /** The error, unless a field shows it. */
    formError: hasFieldError(mutation.error, values) ? null : mutation.error,
    /** Resets the form to these values. */
    reset: (next: Values<Name>) => {
      setValues(next);
      setVisits({});
    },
  };
}

function readValues<Name extends string>(form: HTMLFormElement, values: Values<Name>): Values<Name> {
  const data = new FormData(form);
  const filled = { ...values };
  for (const name of namesOf(values)) {
    const value = data.get(name);
    if (typeof value === 'string') filled[name] = value;
  }
  return filled;
}

/** After submission, focuses the first invalid field, or the form if the disabled button lost the focus. */
function useFocusAfterSubmit(ref: React.RefObject<HTMLFormElement | null>, status: string): void {
  useEffect(() => {
    const form = ref.current;
    if (form === null || (status !== 'error' && status !== 'success')) return;
    const wrong = status === 'error' ? form.querySelector<HTMLElement>('[aria-invalid="true"]') : null;
    if (wrong !== null) wrong.focus();
    else if (document.activeElement === document.body) form.focus();
  }, [ref, status]);
}
