/** The whole difference that a patch or a suggestion makes, in Monaco's diff editor. */
import { type ReactNode, useState } from 'react';
import type { Patch } from '../api/types';
import { useEditor } from '../editor/controller';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { words } from '../words';
import DiffView from './diff-view';
import { patched, unpatched } from './patch-lines';

interface DiffDialogProps {
  title: string;
  onClose: () => void;
  /** A patch for the code, or code to compare with what was selected. */
  patch?: Patch;
  /** Whether the code has the patch in it already. */
  isApplied?: boolean;
  suggestion?: { before: string; after: string };
  action?: ReactNode;
}

interface Compared {
  before: string;
  after: string;
  text: string;
  /** The number of the first line, where only the patch's lines are compared. */
  firstLine: number;
  names: readonly [before: string, after: string];
}

const PROPOSED = [words.thread.before, words.thread.after] as const;
const APPLIED = [words.thread.without, words.thread.before] as const;

function linesOnly({ original, replacement, start_line }: Patch) {
  return { before: original, after: replacement, firstLine: start_line };
}

function withPatch(code: string, patch: Patch): Compared {
  const next = patched(code, patch);
  if (next !== null) return { before: code, after: next, text: words.thread.diffText, names: PROPOSED, firstLine: 1 };
  return { ...linesOnly(patch), text: words.thread.diffMoved, names: PROPOSED };
}

function withoutPatch(code: string, patch: Patch): Compared {
  const last = unpatched(code, patch);
  if (last !== null) return { before: last, after: code, text: words.thread.diffApplied, names: APPLIED, firstLine: 1 };
  return { ...linesOnly(patch), text: words.thread.diffAppliedMoved, names: APPLIED };
}

export default function DiffDialog({ title, onClose, patch, isApplied = false, suggestion, action }: DiffDialogProps) {
  const editor = useEditor();
  // What is compared is the code at the moment of opening: it is covered by the dialog.
  const [{ text, ...compared }] = useState((): Compared => {
    if (suggestion !== undefined)
      return { ...suggestion, text: words.thread.diffSuggestion, names: PROPOSED, firstLine: 1 };
    if (patch === undefined) return { before: '', after: '', text: '', names: PROPOSED, firstLine: 1 };
    return isApplied ? withoutPatch(editor.text(), patch) : withPatch(editor.text(), patch);
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
      <DiffView {...compared} language={editor.monacoLanguage()} />
    </Dialog>
  );
}
