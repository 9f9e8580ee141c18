/** The field of a new password. Signing in, which is light, has none. */
import { words } from '../shell-words';
import { Field } from '../ui/field';
import type { PasswordProps } from './fields';
import { PasswordMeter } from './password-meter';

interface NewPasswordProps extends PasswordProps {
  /** What is easy to guess of the user. Without it no strength is shown. */
  known?: readonly string[];
}

/** A password that the user makes up, with its rules and its strength, or typed a second time. */
export function NewPasswordField({ label = words.accounts.fields.password, known, ...bound }: NewPasswordProps) {
  return (
    <Field
      label={label}
      type="password"
      autoComplete="new-password"
      required
      below={known && <PasswordMeter password={bound.value} known={known} />}
      {...bound}
    />
  );
}
