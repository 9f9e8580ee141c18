/** The whole difference that a patch or a suggestion makes, in Monaco's diff editor. */
import { type ReactNode, useState } from 'react';
import type { Patch } from '../api/types';
import { useEditor } from '../editor/controller';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { words } from '../words';
import DiffView from './diff-view';
import { patched } from './patch-lines';

interface DiffDialogProps {
  title: string;
  onClose: () => void;
  /** A patch for the code, or code to compare with what was selected. */
  patch?: Patch;
  suggestion?: { before: string; after: string };
  action?: ReactNode;
}

interface Compared {
  before: string;
  after: string;
  text: string;
}

export default function DiffDialog({ title, onClose, patch, suggestion, action }: DiffDialogProps) {
  const editor = useEditor();
  // What is compared is the code at the moment of opening: it is covered by the dialog.
  const [{ before, after, text }] = useState((): Compared => {
    if (suggestion !== undefined) return { ...suggestion, text: words.thread.diffSuggestion };
    if (patch === undefined) return { before: '', after: '', text: '' };
    const code = editor.text();
    const next = patched(code, patch);
    if (next === null) return { before: patch.original, after: patch.replacement, text: words.thread.diffMoved };
    return { before: code, after: next, text: words.thread.diffText };
  });
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      size="wide"
      title={words.thread.diffOf(title)}
      description={text}
      actions={
        <>
          <Button onClick={onClose}>{words.common.close}</Button>
          {action}
        </>
      }
    >
      <DiffView before={before} after={after} language={editor.monacoLanguage()} />
    </Dialog>
  );
}
