/** Shows a patch or a suggestion in Monaco's diff editor. */
import { type ReactNode, useState } from 'react';
import type { Patch } from '../api/types';
import { useEditor } from '../editor/controller';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { words } from '../words';
import DiffView from './diff-view';
import { addPatch, removePatch } from './patch-lines';

interface DiffDialogProps {
  title: string;
  onClose: () => void;
  /** The patch, or `suggestion` to compare with the selected code. */
  patch?: Patch;
  /** Whether the code already contains the patch. */
  isApplied?: boolean;
  suggestion?: { before: string; after: string };
  action?: ReactNode;
}

interface Comparison {
  before: string;
  after: string;
  text: string;
  /** The first line number if only the patch's lines are compared. */
  firstLine: number;
  names: readonly [before: string, after: string];
}

const PROPOSED = [words.thread.before, words.thread.after] as const;
const APPLIED = [words.thread.without, words.thread.before] as const;

function linesOnly({ original, replacement, start_line }: Patch) {
  return { before: original, after: replacement, firstLine: start_line };
}

function withPatch(code: string, patch: Patch): Comparison {
  const next = addPatch(code, patch);
  if (next !== null) return { before: code, after: next, text: words.thread.diffText, names: PROPOSED, firstLine: 1 };
  return { ...linesOnly(patch), text: words.thread.diffMoved, names: PROPOSED };
}

function withoutPatch(code: string, patch: Patch): Comparison {
  const last = removePatch(code, patch);
  if (last !== null) return { before: last, after: code, text: words.thread.diffApplied, names: APPLIED, firstLine: 1 };
  return { ...linesOnly(patch), text: words.thread.diffAppliedMoved, names: APPLIED };
}

export default function DiffDialog({ title, onClose, patch, isApplied = false, suggestion, action }: DiffDialogProps) {
  const editor = useEditor();
  // Compare the code at the moment of opening; the dialog covers the editor.
  const [{ text, ...compared }] = useState((): Comparison => {
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
      <DiffView {...compared} language={editor.languageId()} />
    </Dialog>
  );
}
