/** Name, username and e-mail address. Only those that changed are sent. */
import { useQueryClient } from '@tanstack/react-query';
import { EmailField, NameField, UsernameField } from '../accounts/fields';
import { Form, FormFailure, Submit } from '../accounts/form';
import { checkEmail, checkName, checkUsername } from '../accounts/rules';
import { useForm } from '../accounts/use-form';
import { api, data } from '../api/client';
import { keys } from '../api/queries';
import type { User } from '../api/types';
import { toast } from '../ui/toast';
import { words } from '../words';
import { changedFields } from './changed-fields';
import { Card, Part } from './part';

const text = words.settings.profile;

export function ProfileTab({ user }: { user: User }) {
  const client = useQueryClient();
  const { name, username, email } = user;
  const form = useForm({
    initial: { name, username, email },
    check: (values) => ({
      name: checkName(values.name),
      username: checkUsername(values.username),
      email: checkEmail(values.email),
    }),
    send: async (values) => {
      const saved = (await data(api.PUT('/users/me', { body: changedFields(user, values) }))).user;
      client.setQueryData(keys.me, saved);
      form.reset({ name: saved.name, username: saved.username, email: saved.email });
      toast('success', text.saved);
    },
  });
  const isChanged = Object.keys(changedFields(user, form.values)).length > 0;
  return (
    <Part title={words.settings.tabs.profile} text={text.text}>
      <Card className="p-6">
        <Form form={form} label={words.settings.tabs.profile} className="max-w-md">
          <NameField {...form.field('name')} />
          <UsernameField hint={words.accounts.fields.usernameHint} {...form.field('username')} />
          <EmailField {...form.field('email')} />
          <FormFailure form={form} />
          <div>
            <Submit form={form} busy={words.common.saving} isWanted={isChanged}>
              {text.save}
            </Submit>
          </div>
        </Form>
      </Card>
    </Part>
  );
}
