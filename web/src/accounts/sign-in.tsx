/** The sign-in page. It is part of the first paint of many visits, so it must stay small. */
import { useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../api/client';
import { words } from '../words/shell';
import { PasswordField, UsernameField } from './fields';
import { Form, FormError, SubmitButton } from './form';
import { SignInFrame } from './sign-in-frame';
import { useForm } from './use-form';
import { setSignedInUser } from './user';

const { accounts, common } = words;

export default function SignIn() {
  const client = useQueryClient();
  const form = useForm({
    initial: { username: '', password: '' },
    check: ({ username, password }) => ({
      username: username === '' ? accounts.invalid.username : undefined,
      password: password === '' ? accounts.invalid.password : undefined,
    }),
    send: async (body) => setSignedInUser(client, (await unwrap(api.POST('/auth/login', { body }))).user),
  });
  return (
    <SignInFrame
      title={accounts.signInTitle}
      returnHint={accounts.toContinue}
      alternative={{ question: accounts.newHere, action: accounts.newHereAction, to: '/signup' }}
    >
      <Form form={form} label={accounts.signInTitle}>
        <UsernameField {...form.field('username')} />
        <PasswordField {...form.field('password')} />
        <FormError form={form} />
        <SubmitButton form={form} size="lg" busy={accounts.signingIn}>
          {common.signIn}
        </SubmitButton>
      </Form>
    </SignInFrame>
  );
}
