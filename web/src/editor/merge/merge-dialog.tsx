/** What to do when the file was saved elsewhere: keep mine, use theirs, or merge by hand. */
import { type ReactNode, useCallback, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { Failure } from '../../page/failure';
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
  /** Saves over theirs: the editor's text, or what came out of merging. */
  onSave: (merged?: string) => Promise<void>;
  onTheirs: () => Promise<void>;
  onLater: () => void;
}

export function MergeDialog(props: MergeDialogProps) {
  const { merge, onSave, onTheirs, onLater } = props;
  const { mine, theirs, base } = merge;
  const [isByHand, setIsByHand] = useState(false);
  // A save that met a newer version: the dialog says so.
  const [first] = useState(theirs.version);
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

  const failure = error !== null && <Failure error={error} />;
  const again = theirs.version !== first && <Notice kind="warning">{words.editor.conflict.again}</Notice>;
  if (isByHand) {
    return (
      <ByHand
        key={theirs.version}
        {...props}
        merged={merged}
        told={failure || again}
        isBusy={busy === 'merged'}
        onBack={() => setIsByHand(false)}
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
        {failure || again}
        <Choice text={words.editor.conflict.byHandText(merged.conflicts.length)}>
          <Button
            autoFocus
            look="primary"
            className="w-full"
            disabled={busy !== null}
            onClick={() => setIsByHand(true)}
          >
            {words.editor.conflict.byHand}
          </Button>
        </Choice>
        <Choice text={words.editor.conflict.mineText}>
          <Button
            className="w-full"
            disabled={busy !== null}
            busy={busy === 'mine' && words.common.saving}
            onClick={() => void run('mine', () => onSave())}
          >
            {words.editor.conflict.mine}
          </Button>
        </Choice>
        <Choice text={words.editor.conflict.theirsText}>
          <Button className="w-full" disabled={busy !== null} onClick={() => void run('theirs', onTheirs)}>
            {words.editor.conflict.theirs}
          </Button>
        </Choice>
      </div>
    </Dialog>
  );
}

function Choice({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className="flex items-center gap-4 rounded-md border border-line p-3 max-sm:flex-col max-sm:items-stretch max-sm:gap-2">
      <p className="min-w-0 flex-1 text-sm text-dim">{text}</p>
      <div className="shrink-0 sm:w-44">{children}</div>
    </div>
  );
}

interface ByHandProps extends MergeDialogProps {
  merged: ReturnType<typeof merge3>;
  told: ReactNode;
  isBusy: boolean;
  onBack: () => void;
  onMerged: (text: string) => void;
}

function ByHand({ merge, language, merged, told, isBusy, onBack, onMerged, onLater }: ByHandProps) {
  const [handle, setHandle] = useState<MergeHandle | null>(null);
  // What to do when the work so far may go.
  const [leaving, setLeaving] = useState<(() => void) | null>(null);
  const begun = useRef<string>(null);
  // Always the same: the editor is made anew for another.
  const onReady = useCallback((ready: MergeHandle | null) => {
    begun.current = ready?.text() ?? null;
    setHandle(ready);
  }, []);
  const leave = (go: () => void) => {
    if (handle === null || handle.text() === begun.current) go();
    else setLeaving(() => go);
  };
  return (
    <Dialog
      open
      onOpenChange={() => leave(onLater)}
      isWork
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
        {told}
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
        open={leaving !== null}
        onOpenChange={() => setLeaving(null)}
        title={words.editor.conflict.dropTitle}
        description={words.editor.conflict.dropText}
        action={words.editor.conflict.drop}
        onConfirm={() => leaving?.()}
      />
    </Dialog>
  );
}

/** Off while a conflict is left. */
function SaveMerge({ handle, isBusy, onSave }: { handle: MergeHandle; isBusy: boolean; onSave: () => void }) {
  const { all } = useSyncExternalStore(handle.conflicts.state.subscribe, handle.conflicts.state.get);
  const isOpen = all.some(({ decision }) => decision === null);
  return (
    <Button look="primary" disabled={isOpen} busy={isBusy && words.common.saving} onClick={onSave}>
      {words.editor.conflict.save}
    </Button>
  );
}
