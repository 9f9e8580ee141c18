/** Asks before the user leaves unsaved text: by a link, by Back, or by closing the tab. */
import { useEffect, useState } from 'react';
import { toastError } from '../page/error-notice';
import { guardNavigation } from '../page/history';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { words } from '../words';
import type { SessionEditor } from './session-editor';
import { UnsavedGuard } from './unsaved-guard';

export function LeaveGuard({ editor }: { editor: SessionEditor }) {
  /** Continues the blocked navigation. */
  const [leave, setLeave] = useState<(() => void) | null>(null);
  const [isSignOut, setIsSignOut] = useState(false);
  const [isSaving, setIsSaving] = useState(false);
  useEffect(() => {
    const guard = new UnsavedGuard((go, isSignOut) => {
      if (!editor.isDirty()) return false;
      setLeave(() => go);
      setIsSignOut(isSignOut);
      return true;
    });
    const stop = guardNavigation(guard);
    return () => {
      stop();
      guard.dispose();
    };
  }, [editor]);
  useEffect(() => {
    const onBeforeUnload = (event: BeforeUnloadEvent) => {
      if (editor.isDirty()) event.preventDefault();
    };
    window.addEventListener('beforeunload', onBeforeUnload);
    return () => window.removeEventListener('beforeunload', onBeforeUnload);
  }, [editor]);
  if (leave === null) return null;
  const stay = () => setLeave(null);
  const go = () => {
    setLeave(null);
    leave();
  };

  async function save() {
    setIsSaving(true);
    try {
      const { kind } = await editor.save();
      if (kind === 'held') stay();
      else go();
    } catch (error) {
      stay();
      toastError(error);
    }
    setIsSaving(false);
  }

  return (
    <Dialog
      open
      onOpenChange={stay}
      title={words.editor.leaveTitle}
      description={isSignOut ? words.accounts.signOutUnsaved : words.editor.leaveNext}
      actions={
        <>
          <Button onClick={stay}>{words.editor.stay}</Button>
          <Button onClick={go}>{words.editor.leave}</Button>
          <Button autoFocus variant="primary" busy={isSaving && words.common.saving} onClick={() => void save()}>
            {words.editor.saveAndLeave}
          </Button>
        </>
      }
    />
  );
}
