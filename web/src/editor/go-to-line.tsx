/** The "Go to line" dialog. */
import { type FormEvent, useId, useState } from 'react';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { words } from '../words';

interface GoToLineProps {
  last: number;
  onGo: (line: number) => void;
  onClose: () => void;
}

export function GoToLine({ last, onGo, onClose }: GoToLineProps) {
  const form = useId();
  const [text, setText] = useState('');
  const line = Number(text);
  const isLine = Number.isInteger(line) && line >= 1 && line <= last;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isLine) return;
    onClose();
    // Wait until the dialog has returned the focus.
    requestAnimationFrame(() => onGo(line));
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={words.editor.goTo.title}
      actions={
        <Button type="submit" form={form} variant="primary" disabled={!isLine}>
          {words.editor.goTo.go}
        </Button>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Field
          label={words.editor.goTo.label(last)}
          inputMode="numeric"
          autoComplete="off"
          // Focus the field instead of the close button.
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
