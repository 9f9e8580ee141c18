/** The end of the account, with its password and what it means. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { PasswordField } from '../accounts/fields';
import { Form, FormFailure, Submit } from '../accounts/form';
import { leave } from '../accounts/sign-out';
import { useForm } from '../accounts/use-form';
import { api, data } from '../api/client';
import type { User } from '../api/types';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { words } from '../words';
import { Card, Part } from './part';
import { UsernameForManagers } from './username-for-managers';

const text = words.settings.account;

export function AccountTab({ user }: { user: User }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Part title={text.title} text={text.text}>
      <Card className="p-6">
        <Meaning />
        <Button look="danger" className="mt-6" aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
          {text.open}
        </Button>
      </Card>
      <Dialog open={isOpen} onOpenChange={setIsOpen} title={text.sure} description={text.sureText}>
        <DeleteForm user={user} onCancel={() => setIsOpen(false)} />
      </Dialog>
    </Part>
  );
}

function Meaning() {
  return (
    <ul className="flex list-disc flex-col gap-2 pl-5 marker:text-faint">
      {text.means.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function DeleteForm({ user, onCancel }: { user: User; onCancel: () => void }) {
  const client = useQueryClient();
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => ({ password: password === '' ? words.accounts.wrong.password : undefined }),
    send: async (body) => {
      await data(api.DELETE('/users/me', { body }));
      leave(client, 'deleted');
    },
  });
  return (
    <Form form={form} label={text.sure}>
      <UsernameForManagers username={user.username} />
      <PasswordField label={text.password} isFirst {...form.field('password')} />
      <FormFailure form={form} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>{words.common.cancel}</Button>
        <Submit form={form} look="danger" busy={text.deleting}>
          {text.delete}
        </Submit>
      </div>
    </Form>
  );
}
