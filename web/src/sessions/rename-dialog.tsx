/** The rename dialog. */
import { type FormEvent, useId, useState } from 'react';
import { isApiError } from '../api/error';
import type { Session } from '../api/types';
import { ErrorNotice } from '../page/error-notice';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { words } from '../words';
import { focusTargetFor } from './session-row';
import { useRenameSession } from './use-sessions';

interface RenameDialogProps {
  session: Session;
  onClose: () => void;
}

export function RenameDialog({ session, onClose }: RenameDialogProps) {
  const [name, setName] = useState(session.filename);
  const [isMissing, setIsMissing] = useState(false);
  const rename = useRenameSession();
  const form = useId();
  const wrong = isApiError(rename.error, 'INVALID_INPUT') ? rename.error.fields.filename : undefined;

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (rename.isPending) return;
    const filename = name.trim();
    if (filename === '') setIsMissing(true);
    else if (filename === session.filename) onClose();
    else rename.mutate({ id: session.session_id, filename }, { onSuccess: onClose });
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      returnFocus={() => focusTargetFor(session)}
      title={words.sessions.renameTitle}
      actions={
        <>
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button type="submit" form={form} variant="primary" busy={rename.isPending && words.sessions.renaming}>
            {words.sessions.rename}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="flex flex-col gap-3">
        <Field
          data-autofocus
          label={words.sessions.new.name}
          value={name}
          onChange={(event) => {
            setName(event.target.value);
            setIsMissing(false);
            if (rename.isError) rename.reset();
          }}
          onFocus={(event) => selectStem(event.target)}
          error={isMissing ? words.sessions.new.nameMissing : wrong}
          hint={words.sessions.nameHint}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          dir="ltr"
        />
        {rename.isError && wrong === undefined && <ErrorNotice error={rename.error} onRetry={submit} />}
      </form>
    </Dialog>
  );
}

/** Selects the name without its extension, which rarely changes. */
function selectStem(input: HTMLInputElement) {
  const dot = input.value.lastIndexOf('.');
  input.setSelectionRange(0, dot > 0 ? dot : input.value.length);
}
