/** Making an account. */
import { useQueryClient } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { words } from '../shell-words';
import { Field } from '../ui/field';
import { Entrance } from './entrance';
import { Form, FormFailure, Submit } from './form';
import { PasswordMeter } from './password-meter';
import { checkConfirmation, checkEmail, checkName, checkNewPassword, checkUsername } from './rules';
import { useForm } from './use-form';
import { userChanged } from './user';

const { accounts, common } = words;

export default function SignUp() {
  const client = useQueryClient();
  const form = useForm({
    initial: { name: '', email: '', username: '', password: '', confirm_password: '' },
    check: ({ name, email, username, password, confirm_password }) => ({
      name: checkName(name),
      email: checkEmail(email),
      username: checkUsername(username),
      password: checkNewPassword(password),
      confirm_password: checkConfirmation(password, confirm_password),
    }),
    send: async (body) => userChanged(client, (await data(api.POST('/auth/signup', { body }))).user),
  });
  const { name, email, username, password } = form.values;
  return (
    <Entrance
      title={accounts.signUpTitle}
      other={{ question: accounts.haveAccount, action: common.signIn, to: '/login' }}
    >
      <Form form={form} label={accounts.signUpTitle}>
        <Field label={accounts.fields.name} autoComplete="name" required {...form.field('name')} />
        <Field
          label={accounts.fields.email}
          type="email"
          autoComplete="email"
          spellCheck={false}
          required
          {...form.field('email')}
        />
        <Field
          label={accounts.fields.username}
          hint={accounts.fields.usernameHint}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          {...form.field('username')}
        />
        <Field
          label={accounts.fields.password}
          type="password"
          autoComplete="new-password"
          required
          below={<PasswordMeter password={password} known={[name, email, username]} />}
          {...form.field('password')}
        />
        <Field
          label={accounts.fields.confirm}
          type="password"
          autoComplete="new-password"
          required
          {...form.field('confirm_password')}
        />
        <FormFailure form={form} />
        <Submit form={form} size="lg" busy={accounts.signingUp}>
          {accounts.signUpAction}
        </Submit>
      </Form>
    </Entrance>
  );
}
