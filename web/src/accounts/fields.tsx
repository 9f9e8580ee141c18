/** Fields shared by several forms, with the attributes that password managers rely on. */

import { Field } from '../ui/field';
import { words } from '../words/shell';
import type { FieldBinding } from './use-form';

const { fields } = words.accounts;

export function NameField(bound: FieldBinding) {
  return <Field label={fields.name} autoComplete="name" required {...bound} />;
}

export function EmailField(bound: FieldBinding) {
  return <Field label={fields.email} type="email" autoComplete="email" spellCheck={false} required {...bound} />;
}

export function UsernameField({ hint, ...bound }: FieldBinding & { hint?: string }) {
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

export interface PasswordProps extends FieldBinding {
  label?: string;
}

/** The current password. `hasAutofocus` focuses it when its dialog opens. */
export function PasswordField({
  label = fields.password,
  hasAutofocus = false,
  ...bound
}: PasswordProps & { hasAutofocus?: boolean }) {
  const focus = hasAutofocus ? { 'data-autofocus': true } : {};
  return <Field label={label} type="password" autoComplete="current-password" required {...focus} {...bound} />;
}
