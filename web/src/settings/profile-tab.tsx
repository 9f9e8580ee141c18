/** The profile tab. It sends only changed fields. */
import { useQueryClient } from '@tanstack/react-query';
import { EmailField, NameField, UsernameField } from '../accounts/fields';
import { Form, FormError, SubmitButton } from '../accounts/form';
import { useForm } from '../accounts/use-form';
import { checkEmail, checkName, checkUsername } from '../accounts/validation';
import { api, unwrap } from '../api/client';
import { queryKeys } from '../api/queries';
import type { User } from '../api/types';
import { toast } from '../ui/toast';
import { words } from '../words';
import { changedFields } from './changed-fields';
import { Card, TabSection } from './tab-section';

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
      const saved = (await unwrap(api.PUT('/users/me', { body: changedFields(user, values) }))).user;
      client.setQueryData(queryKeys.me, saved);
      form.reset({ name: saved.name, username: saved.username, email: saved.email });
      toast('success', text.saved);
    },
  });
  const isChanged = Object.keys(changedFields(user, form.values)).length > 0;
  return (
    <TabSection title={words.settings.tabs.profile} text={text.text}>
      <Card className="p-6">
        <Form form={form} label={words.settings.tabs.profile} className="max-w-md">
          <NameField {...form.field('name')} />
          <UsernameField hint={words.accounts.fields.usernameHint} {...form.field('username')} />
          <EmailField {...form.field('email')} />
          <FormError form={form} />
          <div>
            <SubmitButton form={form} busy={words.common.saving} hasChanges={isChanged}>
              {text.save}
            </SubmitButton>
          </div>
        </Form>
      </Card>
    </TabSection>
  );
}
