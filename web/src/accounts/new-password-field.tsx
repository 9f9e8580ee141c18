/** Input for a new password. It is separate because the sign-in page, which must stay small, has none. */

import { Field } from '../ui/field';
import { words } from '../words/shell';
import type { PasswordProps } from './fields';
import { PasswordMeter } from './password-meter';

interface NewPasswordProps extends PasswordProps {
  /** Name and address of the user, which are easy to guess. Without them, no strength is shown. */
  personalTexts?: readonly string[];
}

/** A new password with its strength and rules, or its confirmation. */
export function NewPasswordField({
  label = words.accounts.fields.password,
  personalTexts,
  ...bound
}: NewPasswordProps) {
  return (
    <Field
      label={label}
      type="password"
      autoComplete="new-password"
      required
      below={personalTexts && <PasswordMeter password={bound.value} personalTexts={personalTexts} />}
      {...bound}
    />
  );
}
