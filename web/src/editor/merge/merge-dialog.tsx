/** The conflict dialog: keep mine, use theirs, or merge by hand. */
import { type ReactNode, useCallback, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { ErrorNotice } from '../../page/error-notice';
import { Button } from '../../ui/button';
import { Confirm, Dialog } from '../../ui/dialog';
import { Notice } from '../../ui/notice';
import { words } from '../../words';
import type { Merge } from '../state';
import { ConflictStepper, MergeEditor, type MergeHandle } from './merge-editor';
import { merge3 } from './merge3';

interface MergeDialogProps {
  merge: Merge;
  language: string;
  /** Saves the editor's text or the merged text over theirs. */
  onSave: (merged?: string) => Promise<void>;
  onTheirs: () => Promise<void>;
  onLater: () => void;
}

export function MergeDialog(props: MergeDialogProps) {
  const { merge, onSave, onTheirs, onLater } = props;
  const { mine, theirs, base } = merge;
  const [isManual, setIsManual] = useState(false);
  // A later version means that the save of the merge met another conflict.
  const [firstVersion] = useState(theirs.version);
  const [busy, setBusy] = useState<'mine' | 'theirs' | 'merged' | null>(null);
  const [error, setError] = useState<unknown>(null);
  const merged = useMemo(() => merge3(mine, base, theirs.text), [mine, base, theirs]);

  async function run(what: 'mine' | 'theirs' | 'merged', work: () => Promise<void>) {
    setBusy(what);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    }
    setBusy(null);
  }

  const failure = error !== null && <ErrorNotice error={error} />;
  const newerNotice = theirs.version !== firstVersion && (
    <Notice kind="warning">{words.editor.conflict.newerVersion}</Notice>
  );
  if (isManual) {
    return (
      <ManualMerge
        key={theirs.version}
        {...props}
        merged={merged}
        notice={failure || newerNotice}
        isBusy={busy === 'merged'}
        onBack={() => setIsManual(false)}
        onMerged={(text) => void run('merged', () => onSave(text))}
      />
    );
  }
  return (
    <Dialog
      open
      onOpenChange={onLater}
      size="lg"
      title={words.editor.conflict.title}
      description={words.editor.conflict.text(theirs.version)}
      actions={<Button onClick={onLater}>{words.editor.conflict.later}</Button>}
    >
      <div className="flex flex-col gap-3">
        {failure || newerNotice}
        <ChoiceRow text={words.editor.conflict.byHandText(merged.conflicts.length)}>
          <Button
            autoFocus
            variant="primary"
            className="w-full"
            disabled={busy !== null}
            onClick={() => setIsManual(true)}
          >
            {words.editor.conflict.byHand}
          </Button>
        </ChoiceRow>
        <ChoiceRow text={words.editor.conflict.mineText}>
          <Button
            className="w-full"
            disabled={busy !== null}
            busy={busy === 'mine' && words.common.saving}
            onClick={() => void run('mine', () => onSave())}
          >
            {words.editor.conflict.mine}
          </Button>
        </ChoiceRow>
        <ChoiceRow text={words.editor.conflict.theirsText}>
          <Button className="w-full" disabled={busy !== null} onClick={() => void run('theirs', onTheirs)}>
            {words.editor.conflict.theirs}
          </Button>
        </ChoiceRow>
      </div>
    </Dialog>
  );
}

function ChoiceRow({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className="flex items-center gap-4 rounded-md border border-line p-3 max-sm:flex-col max-sm:items-stretch max-sm:gap-2">
      <p className="min-w-0 flex-1 text-sm text-dim">{text}</p>
      <div className="shrink-0 sm:w-44">{children}</div>
    </div>
  );
}

interface ManualMergeProps extends MergeDialogProps {
  merged: ReturnType<typeof merge3>;
  notice: ReactNode;
  isBusy: boolean;
  onBack: () => void;
  onMerged: (text: string) => void;
}

function ManualMerge({ merge, language, merged, notice, isBusy, onBack, onMerged, onLater }: ManualMergeProps) {
  const [handle, setHandle] = useState<MergeHandle | null>(null);
  // The action to run if the user agrees to lose the merge.
  const [pendingLeave, setPendingLeave] = useState<(() => void) | null>(null);
  const initialText = useRef<string>(null);
  // A stable callback, because a new one would recreate the editor.
  const onReady = useCallback((ready: MergeHandle | null) => {
    initialText.current = ready?.text() ?? null;
    setHandle(ready);
  }, []);
  const leave = (go: () => void) => {
    if (handle === null || handle.text() === initialText.current) go();
    else setPendingLeave(() => go);
  };
  return (
    <Dialog
      open
      onOpenChange={() => leave(onLater)}
      closesByButtonOnly
      size="wide"
      title={words.editor.conflict.byHand}
      description={words.editor.conflict.help}
      actions={
        <>
          <Button onClick={() => leave(onBack)} disabled={isBusy}>
            {words.editor.conflict.back}
          </Button>
          {handle !== null && <SaveMerge handle={handle} isBusy={isBusy} onSave={() => onMerged(handle.text())} />}
        </>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col gap-3 p-1">
        {notice}
        {handle !== null && <ConflictStepper handle={handle} />}
        <MergeEditor
          merged={merged}
          theirs={merge.theirs.text}
          version={merge.theirs.version}
          language={language}
          onReady={onReady}
        />
      </div>
      <Confirm
        open={pendingLeave !== null}
        onOpenChange={() => setPendingLeave(null)}
        title={words.editor.conflict.dropTitle}
        description={words.editor.conflict.dropText}
        action={words.editor.conflict.drop}
        onConfirm={() => pendingLeave?.()}
      />
    </Dialog>
  );
}

/** Disabled while a conflict is unresolved. */
function SaveMerge({ handle, isBusy, onSave }: { handle: MergeHandle; isBusy: boolean; onSave: () => void }) {
  const { all } = useSyncExternalStore(handle.conflicts.state.subscribe, handle.conflicts.state.get);
  const isOpen = all.some(({ decision }) => decision === null);
  return (
    <Button variant="primary" disabled={isOpen} busy={isBusy && words.common.saving} onClick={onSave}>
      {words.editor.conflict.save}
    </Button>
  );
}
