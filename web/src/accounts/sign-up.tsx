/** Making an account. */
import { useQueryClient } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { words } from '../shell-words';
import { Entrance } from './entrance';
import { EmailField, NameField, UsernameField } from './fields';
import { Form, FormFailure, Submit } from './form';
import { NewPasswordField } from './new-password-field';
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
  const { name, email, username } = form.values;
  return (
    <Entrance
      title={accounts.signUpTitle}
      other={{ question: accounts.haveAccount, action: common.signIn, to: '/login' }}
    >
      <Form form={form} label={accounts.signUpTitle}>
        <NameField {...form.field('name')} />
        <EmailField {...form.field('email')} />
        <UsernameField hint={accounts.fields.usernameHint} {...form.field('username')} />
        <NewPasswordField known={[name, email, username]} {...form.field('password')} />
        <NewPasswordField label={accounts.fields.confirm} {...form.field('confirm_password')} />
        <FormFailure form={form} />
        <Submit form={form} size="lg" busy={accounts.signingUp}>
          {accounts.signUpAction}
        </Submit>
      </Form>
    </Entrance>
  );
}
