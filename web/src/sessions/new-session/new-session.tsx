/** The dialog for a new session: from a file, from pasted code, or empty. Files dropped on the window open it. */
import { Tabs } from 'radix-ui';
import { type FormEvent, useId, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { isApiError } from '../../api/error';
import { isolated } from '../../page/format';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { words } from '../../words';
import { useFileDrop } from '../use-file-drop';
import { CreationFailure } from './creation-failure';
import { type Draft, EMPTY_DRAFT, isUntold, nameOf, newFile, readFile, textOf, type Way } from './draft';
import { FilePane } from './file-pane';
import { NameAndLanguage } from './name-and-language';
import { PastePane } from './paste-pane';
import { UploadProgress } from './upload-progress';
import { useCreateSession } from './use-create';

interface NewSessionProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

/** What is entered stays while the list is open, also when the dialog is closed. */
function useDraft() {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const reading = useRef<File>(null);
  const change = (changes: Partial<Draft>) => setDraft((now) => ({ ...now, ...changes }));

  async function choose(files: File[]) {
    const [file] = files;
    if (file === undefined) return;
    reading.current = file;
    change({
      way: 'file',
      file: { state: 'reading', name: file.name },
      isOneOfMany: files.length > 1,
      name: null,
      language: null,
    });
    const read = await readFile(file);
    // Another one may have been chosen meanwhile.
    if (reading.current === file) change({ file: read });
  }

  return { draft, change, choose, clear: () => setDraft(EMPTY_DRAFT) };
}

export function NewSession({ isOpen, onOpenChange }: NewSessionProps) {
  const { draft, change, choose, clear } = useDraft();
  const [isNameMissing, setIsNameMissing] = useState(false);
  const create = useCreateSession(isOpen);
  const navigate = useNavigate();
  const form = useId();
  const fields = isApiError(create.error, 'INVALID_INPUT', 'INVALID_LANGUAGE') ? create.error.fields : {};
  const isBusy = create.isPending;
  const nameMissing = isUntold(draft) ? words.sessions.new.nameWanted : words.sessions.new.nameMissing;
  const isNamed = draft.way !== 'file' || draft.file?.state === 'read';

  function edit(changes: Partial<Draft>) {
    change(changes);
    setIsNameMissing(false);
    // What was wrong may be right now. A limit stays told until its time is up.
    if (create.isError && !isApiError(create.error, 'RATE_LIMIT_EXCEEDED')) create.reset();
  }

  function chooseFile(files: File[]) {
    if (isBusy) return;
    edit({});
    void choose(files);
    if (!isOpen) onOpenChange(true);
  }

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (isBusy) return;
    const file = newFile(draft);
    if (file === undefined) {
      setIsNameMissing(nameOf(draft).trim() === '');
      focusInvalid(form);
      return;
    }
    create.mutate(file, {
      onError: () => focusInvalid(form),
      onSuccess: ({ session }) => {
        clear();
        // In place of the dialog, so that Back leads to the list.
        void navigate(`/editor/${session.session_id}`, { replace: true });
      },
    });
  }

  const isOver = useFileDrop(chooseFile);
  return (
    <>
      {isOver && !isOpen && <DropVeil />}
      <Dialog
        open={isOpen}
        onOpenChange={onOpenChange}
        title={words.sessions.new.title}
        size="lg"
        actions={
          <>
            {isBusy ? (
              <Button onClick={create.stop}>{words.sessions.new.cancelUpload}</Button>
            ) : (
              <Button onClick={() => onOpenChange(false)}>{words.common.cancel}</Button>
            )}
            <Button
              type="submit"
              form={form}
              look="primary"
              disabled={textOf(draft) === undefined}
              busy={isBusy && words.sessions.new.creating}
            >
              {words.sessions.new.create}
            </Button>
          </>
        }
      >
        <form id={form} onSubmit={submit} noValidate className="flex min-h-0 flex-1 flex-col gap-4">
          <Ways
            draft={draft}
            isOver={isOver}
            disabled={isBusy}
            codeError={fields.code_content}
            onWay={(way) => edit({ way })}
            onChoose={chooseFile}
            onPaste={(pasted) => edit({ pasted })}
          />
          {isNamed && (
            <NameAndLanguage
              draft={draft}
              disabled={isBusy}
              nameError={isNameMissing ? nameMissing : fields.filename}
              languageError={fields.language_override}
              onChange={edit}
            />
          )}
          {isBusy && <UploadProgress name={isolated(nameOf(draft))} percent={create.percent} />}
          {create.error !== null && (
            <CreationFailure
              error={create.error}
              way={draft.way}
              onRetry={submit}
              onClose={() => onOpenChange(false)}
            />
          )}
        </form>
      </Dialog>
    </>
  );
}

/** Puts the focus into the first field that is wrong, once it is marked. */
function focusInvalid(form: string) {
  requestAnimationFrame(() => {
    document.getElementById(form)?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  });
}

interface WaysProps {
  draft: Draft;
  isOver: boolean;
  disabled: boolean;
  codeError: string | undefined;
  onWay: (way: Way) => void;
  onChoose: (files: File[]) => void;
  onPaste: (text: string) => void;
}

const WAYS: readonly Way[] = ['file', 'paste', 'empty'];

function Ways({ draft, isOver, disabled, codeError, onWay, onChoose, onPaste }: WaysProps) {
  return (
    <Tabs.Root
      value={draft.way}
      onValueChange={(value) => onWay(WAYS.find((way) => way === value) ?? 'file')}
      className={`flex min-h-0 flex-col gap-4 ${draft.way === 'paste' ? 'flex-1' : ''}`}
    >
      <Tabs.List aria-label={words.sessions.new.waysLabel} className="flex gap-1 border-b border-line">
        {WAYS.map((way) => (
          <Tabs.Trigger
            key={way}
            value={way}
            disabled={disabled}
            data-autofocus={way === draft.way || undefined}
            className="-mb-px min-h-10 border-b-2 border-transparent px-3 text-sm font-medium text-dim hover:text-text data-[state=active]:border-accent-text data-[state=active]:text-text focus-visible:rounded-[6px] focus-visible:-outline-offset-2 pointer-coarse:min-h-11"
          >
            {words.sessions.new.ways[way]}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content value="file" tabIndex={-1} className="outline-none">
        <FilePane draft={draft} isOver={isOver} disabled={disabled} onChoose={onChoose} />
      </Tabs.Content>
      <Tabs.Content value="paste" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
        <PastePane text={draft.pasted} error={codeError} disabled={disabled} onChange={onPaste} />
      </Tabs.Content>
      <Tabs.Content value="empty" tabIndex={-1} className="text-dim outline-none">
        {words.sessions.new.emptyHint}
      </Tabs.Content>
    </Tabs.Root>
  );
}

/** Over the whole window while a file is dragged. */
function DropVeil() {
  return (
    <div aria-hidden="true" className="pointer-events-none fixed inset-0 z-40 bg-black/60 p-4">
      <div className="flex h-full items-center justify-center rounded-md border-2 border-dashed border-accent">
        <p className="rounded-md border border-line bg-raised px-5 py-3 font-medium shadow-float">
          {words.sessions.new.dropAnywhere}
        </p>
      </div>
    </div>
  );
}
