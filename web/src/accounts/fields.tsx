/** The fields that several forms have, each written once: browsers and password managers know them by these attributes. */
import { words } from '../shell-words';
import { Field } from '../ui/field';
import type { Bound } from './use-form';

const { fields } = words.accounts;

export function NameField(bound: Bound) {
  return <Field label={fields.name} autoComplete="name" required {...bound} />;
}

export function EmailField(bound: Bound) {
  return <Field label={fields.email} type="email" autoComplete="email" spellCheck={false} required {...bound} />;
}

export function UsernameField({ hint, ...bound }: Bound & { hint?: string }) {
  return (
    <Field
      label={fields.username}
      hint={hint}
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      required
      {...bound}
    />
  );
}

export interface PasswordProps extends Bound {
  label?: string;
}

/** The password that the user has. `isFirst`: the focus begins there when its dialog opens. */
export function PasswordField({
  label = fields.password,
  isFirst = false,
  ...bound
}: PasswordProps & { isFirst?: boolean }) {
  const focus = isFirst ? { 'data-autofocus': true } : {};
  return <Field label={label} type="password" autoComplete="current-password" required {...focus} {...bound} />;
}
