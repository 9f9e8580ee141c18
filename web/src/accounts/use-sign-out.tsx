/** Signs out from the menu. Asks first if unsaved text of other tabs or earlier visits would be removed. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { User } from '../api/types';
import { findUnsavedSessions, type UnsavedSession } from '../editor/drafts/unsaved-sessions';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { words } from '../words';
import { signOut } from './sign-out';

/** The list must fit on a phone. */
const MAX_NAMES = 5;

/** Returns the function that starts signing out, and the confirmation dialog. */
export function useSignOut(user: User): { begin: () => void; question: ReactNode } {
  const client = useQueryClient();
  const [unsaved, setUnsaved] = useState<UnsavedSession[]>([]);
  const stay = () => setUnsaved([]);

  async function begin() {
    const found = await findUnsavedSessions(user.id);
    if (found.length === 0) await signOut(client);
    else setUnsaved(found);
  }

  const question = unsaved.length > 0 && (
    <Dialog
      open
      onOpenChange={stay}
      title={words.signOut.title}
      description={words.signOut.text(unsaved.length)}
      actions={
        <>
          <Button data-autofocus onClick={stay}>
            {words.editor.stay}
          </Button>
          <Button
            variant="danger"
            onClick={() => {
              stay();
              void signOut(client);
            }}
          >
            {words.signOut.confirm}
          </Button>
        </>
      }
    >
      <SessionNames unsaved={unsaved} />
    </Dialog>
  );
  return { begin: () => void begin(), question };
}

function SessionNames({ unsaved }: { unsaved: UnsavedSession[] }) {
  const named = unsaved.filter(({ filename }) => filename !== null).slice(0, MAX_NAMES);
  if (named.length === 0) return null;
  const more = unsaved.length - named.length;
  return (
    <ul className="list-disc pl-5 marker:text-faint">
      {named.map(({ sessionId, filename }) => (
        <li key={sessionId} className="break-words">
          {filename}
        </li>
      ))}
      {more > 0 && <li>{words.signOut.more(more)}</li>}
    </ul>
  );
}
