/** Signing out from the menu. It removes text that is not saved, also that of other tabs and of earlier visits, so it asks. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { User } from '../api/types';
import { type UnsavedSession, unsavedSessions } from '../editor/unsaved';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { words } from '../words';
import { signOut } from './sign-out';

/** So many sessions are named, for a list that a phone has room for. */
const NAMED = 5;

/** How to begin, and the question that it may come to. */
export function useSigningOut(user: User): { begin: () => void; question: ReactNode } {
  const client = useQueryClient();
  const [unsaved, setUnsaved] = useState<UnsavedSession[]>([]);
  const stay = () => setUnsaved([]);

  async function begin() {
    const found = await unsavedSessions(user.id);
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
            look="danger"
            onClick={() => {
              stay();
              void signOut(client);
            }}
          >
            {words.signOut.anyway}
          </Button>
        </>
      }
    >
      <Names unsaved={unsaved} />
    </Dialog>
  );
  return { begin: () => void begin(), question };
}

function Names({ unsaved }: { unsaved: UnsavedSession[] }) {
  const named = unsaved.filter(({ filename }) => filename !== null).slice(0, NAMED);
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
