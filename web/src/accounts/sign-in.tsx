/** Signing in. Part of the first paint of many visits, so it is light. */
import { useQueryClient } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { words } from '../shell-words';
import { Entrance } from './entrance';
import { PasswordField, UsernameField } from './fields';
import { Form, FormFailure, Submit } from './form';
import { useForm } from './use-form';
import { userChanged } from './user';

const { accounts, common } = words;

export default function SignIn() {
  const client = useQueryClient();
  const form = useForm({
    initial: { username: '', password: '' },
    check: ({ username, password }) => ({
      username: username === '' ? accounts.wrong.username : undefined,
      password: password === '' ? accounts.wrong.password : undefined,
    }),
    send: async (body) => userChanged(client, (await data(api.POST('/auth/login', { body }))).user),
  });
  return (
    <Entrance
      title={accounts.signInTitle}
      sent={accounts.toContinue}
      other={{ question: accounts.newHere, action: accounts.newHereAction, to: '/signup' }}
    >
      <Form form={form} label={accounts.signInTitle}>
        <UsernameField {...form.field('username')} />
        <PasswordField {...form.field('password')} />
        <FormFailure form={form} />
        <Submit form={form} size="lg" busy={accounts.signingIn}>
          {common.signIn}
        </Submit>
      </Form>
    </Entrance>
  );
}
