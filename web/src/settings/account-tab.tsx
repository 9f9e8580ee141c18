/** The account tab: deletes the account after a password check. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { PasswordField } from '../accounts/fields';
import { Form, FormError, SubmitButton } from '../accounts/form';
import { clearSignIn } from '../accounts/sign-out';
import { useForm } from '../accounts/use-form';
import { api, unwrap } from '../api/client';
import type { User } from '../api/types';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { words } from '../words';
import { Card, TabSection } from './tab-section';
import { UsernameForManagers } from './username-for-managers';

const text = words.settings.account;

export function AccountTab({ user }: { user: User }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <TabSection title={text.title} text={text.text}>
      <Card className="p-6">
        <Consequences />
        <Button variant="danger" className="mt-6" aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
          {text.open}
        </Button>
      </Card>
      <Dialog open={isOpen} onOpenChange={setIsOpen} title={text.confirmTitle} description={text.confirmText}>
        <DeleteForm user={user} onCancel={() => setIsOpen(false)} />
      </Dialog>
    </TabSection>
  );
}

function Consequences() {
  return (
    <ul className="flex list-disc flex-col gap-2 pl-5 marker:text-faint">
      {text.consequences.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function DeleteForm({ user, onCancel }: { user: User; onCancel: () => void }) {
  const client = useQueryClient();
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => ({ password: password === '' ? words.accounts.invalid.password : undefined }),
    send: async (body) => {
      await unwrap(api.DELETE('/users/me', { body }));
      clearSignIn(client, 'deleted');
    },
  });
  return (
    <Form form={form} label={text.confirmTitle}>
      <UsernameForManagers username={user.username} />
      <PasswordField label={text.password} hasAutofocus {...form.field('password')} />
      <FormError form={form} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>{words.common.cancel}</Button>
        <SubmitButton form={form} look="danger" busy={text.deleting}>
          {text.delete}
        </SubmitButton>
      </div>
    </Form>
  );
}
