/** The password tab. A new password signs out all other devices. */
import { useQueryClient } from '@tanstack/react-query';
import { PasswordField } from '../accounts/fields';
import { Form, FormError, SubmitButton } from '../accounts/form';
import { NewPasswordField } from '../accounts/new-password-field';
import { useForm } from '../accounts/use-form';
import { checkConfirmation, checkNewPassword } from '../accounts/validation';
import { api, unwrap } from '../api/client';
import { queryKeys } from '../api/queries';
import type { User } from '../api/types';
import { toast } from '../ui/toast';
import { words } from '../words';
import { Card, TabSection } from './tab-section';
import { UsernameForManagers } from './username-for-managers';

const text = words.settings.password;
const EMPTY = { current_password: '', new_password: '', confirm_password: '' };

export function PasswordTab({ user }: { user: User }) {
  const client = useQueryClient();
  const form = useForm({
    initial: EMPTY,
    check: (values) => ({
      current_password: values.current_password === '' ? text.currentMissing : undefined,
      new_password: checkNewPassword(values.new_password),
      confirm_password: checkConfirmation(values.new_password, values.confirm_password),
    }),
    send: async (body) => {
      await unwrap(api.PUT('/users/me/password', { body }));
      form.reset(EMPTY);
      toast('success', text.saved, { description: text.savedText });
      await client.invalidateQueries({ queryKey: queryKeys.devices });
    },
  });
  return (
    <TabSection title={words.settings.tabs.password} text={text.text}>
      <Card className="p-6">
        <Form form={form} label={words.settings.tabs.password} className="max-w-md">
          <UsernameForManagers username={user.username} />
          <PasswordField label={text.current} {...form.field('current_password')} />
          <NewPasswordField
            label={text.new}
            personalTexts={[user.name, user.username, user.email]}
            {...form.field('new_password')}
          />
          <NewPasswordField label={text.confirm} {...form.field('confirm_password')} />
          <FormError form={form} />
          <div>
            <SubmitButton form={form} busy={text.saving}>
              {text.save}
            </SubmitButton>
          </div>
        </Form>
      </Card>
    </TabSection>
  );
}
