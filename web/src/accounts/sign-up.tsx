/** The sign-up page. */
import { useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../api/client';
import { words } from '../words/shell';
import { EmailField, NameField, UsernameField } from './fields';
import { Form, FormError, SubmitButton } from './form';
import { NewPasswordField } from './new-password-field';
import { SignInFrame } from './sign-in-frame';
import { useForm } from './use-form';
import { setSignedInUser } from './user';
import { checkConfirmation, checkEmail, checkName, checkNewPassword, checkUsername } from './validation';

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
    send: async (body) => setSignedInUser(client, (await unwrap(api.POST('/auth/signup', { body }))).user),
  });
  const { name, email, username } = form.values;
  return (
    <SignInFrame
      title={accounts.signUpTitle}
      alternative={{ question: accounts.haveAccount, action: common.signIn, to: '/login' }}
    >
      <Form form={form} label={accounts.signUpTitle}>
        <NameField {...form.field('name')} />
        <EmailField {...form.field('email')} />
        <UsernameField hint={accounts.fields.usernameHint} {...form.field('username')} />
        <NewPasswordField personalTexts={[name, email, username]} {...form.field('password')} />
        <NewPasswordField label={accounts.fields.confirm} {...form.field('confirm_password')} />
        <FormError form={form} />
        <SubmitButton form={form} size="lg" busy={accounts.signingUp}>
          {accounts.signUpAction}
        </SubmitButton>
      </Form>
    </SignInFrame>
  );
}
