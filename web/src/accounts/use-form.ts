/** The state of a form: its values, what is wrong with them, and how sending it went. */
import { useMutation } from '@tanstack/react-query';
import { type ChangeEvent, type FormEvent, useEffect, useRef, useState } from 'react';
import { isApiError } from '../api/error';
import { useCountdown } from '../page/failure';

export type Values<Name extends string> = Record<Name, string>;
export type Wrong<Name extends string> = Partial<Record<Name, string | undefined>>;

interface FormOptions<Name extends string> {
  /** The values at first. Their order is that of the fields, which have the names of the API. */
  initial: Values<Name>;
  /** What is wrong with each value, by the rules that the page knows. */
  check: (values: Values<Name>) => Wrong<Name>;
  send: (values: Values<Name>) => Promise<void>;
}

/** What a form has for one of its fields. */
export interface Bound {
  name: string;
  value: string;
  error: string | undefined;
  onChange: (event: ChangeEvent<HTMLInputElement>) => void;
  onBlur: () => void;
}

/** What the server said about the values that were sent. It holds until they are others. */
export function refusals<Name extends string>(
  error: unknown,
  sent: Values<Name> | undefined,
  values: Values<Name>,
): Wrong<Name> {
  const found: Wrong<Name> = {};
  if (!isApiError(error) || sent === undefined) return found;
  for (const name of namesOf(values)) {
    const message = error.fields[name];
    if (message !== undefined && sent[name] === values[name]) found[name] = message;
  }
  return found;
}

/** Whether an error is told at a field of the form, and so nowhere else. */
export function isAtField<Name extends string>(error: unknown, values: Values<Name>): boolean {
  return isApiError(error) && namesOf(values).some((name) => error.fields[name] !== undefined);
}

function namesOf<Name extends string>(values: Values<Name>): Name[] {
  return Object.keys(values) as Name[];
}

export type FormState<Name extends string> = ReturnType<typeof useForm<Name>>;

export function useForm<Name extends string>({ initial, check, send }: FormOptions<Name>) {
  const ref = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(initial);
  // A field is told to be wrong once it was filled in and left; before that the user is not done with it.
  const [visits, setVisits] = useState<Partial<Record<Name, 'changed' | 'left'>>>({});
  const [isAutofilled, setIsAutofilled] = useState(false);
  const sending = useMutation({ mutationFn: send });

  const isLimited = isApiError(sending.error, 'RATE_LIMIT_EXCEEDED');
  const wait = useCountdown(isLimited && isApiError(sending.error) ? sending.error.retryAfter : undefined);
  const refused = refusals(sending.error, sending.variables, values);
  const checked = check(values);
  const isValid = namesOf(values).every((name) => checked[name] === undefined && refused[name] === undefined);

  useFocusAfter(ref, sending.status);

  /** Whether the user has filled in a field after this one. One who only goes through is not done with it. */
  function isSkipped(name: Name): boolean {
    const names = namesOf(values);
    return names.slice(names.indexOf(name) + 1).some((later) => visits[later] === 'left');
  }

  function field(name: Name): Bound {
    return {
      name,
      value: values[name],
      error: refused[name] ?? (visits[name] === 'left' || isSkipped(name) ? checked[name] : undefined),
      onChange: ({ target }: ChangeEvent<HTMLInputElement>) => {
        setValues((before) => ({ ...before, [name]: target.value }));
        setVisits((before) => (before[name] === 'left' ? before : { ...before, [name]: 'changed' }));
      },
      onBlur: () => setVisits((before) => (before[name] === 'changed' ? { ...before, [name]: 'left' } : before)),
    };
  }

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (sending.isPending || wait > 0) return;
    // Password managers may fill fields in without an event.
    const filled = read(event.currentTarget, values);
    setValues(filled);
    const found = check(filled);
    const first = namesOf(filled).find((name) => found[name] !== undefined);
    if (first === undefined) return sending.mutate(filled);
    setVisits(Object.fromEntries(namesOf(filled).map((name) => [name, 'left'])) as typeof visits);
    event.currentTarget.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  }

  return {
    ref,
    values,
    field,
    onSubmit,
    /** Chrome tells the values that it has filled in only after the first click or key. */
    onPointerOver: () => setIsAutofilled(ref.current?.querySelector(':autofill') !== null),
    isBusy: sending.isPending,
    canSend: (isValid || isAutofilled) && wait === 0,
    /** Seconds until the limit that was met is over. */
    wait,
    isLimited,
    /** The error, where no field tells it. */
    failure: isAtField(sending.error, values) ? null : sending.error,
    /** Back to these values, as if nothing had been sent. */
    reset: (next: Values<Name>) => {
      setValues(next);
      setVisits({});
    },
  };
}

function read<Name extends string>(form: HTMLFormElement, values: Values<Name>): Values<Name> {
  const data = new FormData(form);
  const filled = { ...values };
  for (const name of namesOf(values)) {
    const value = data.get(name);
    if (typeof value === 'string') filled[name] = value;
  }
  return filled;
}

/** After sending, the focus goes to the first wrong field. Where the button took it along by being off, the form has it. */
function useFocusAfter(ref: React.RefObject<HTMLFormElement | null>, status: string): void {
  useEffect(() => {
    const form = ref.current;
    if (form === null || (status !== 'error' && status !== 'success')) return;
    const wrong = status === 'error' ? form.querySelector<HTMLElement>('[aria-invalid="true"]') : null;
    if (wrong !== null) wrong.focus();
    else if (document.activeElement === document.body) form.focus();
  }, [ref, status]);
}
