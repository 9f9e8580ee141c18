/** The new-session dialog: from a file, pasted code or empty. Dropping files on the window opens it. */
import { Tabs } from 'radix-ui';
import { type FormEvent, useId, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { isApiError } from '../../api/error';
import { isolateDirection } from '../../page/format';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { words } from '../../words';
import { useFileDrop } from '../use-file-drop';
import { CreateError } from './create-error';
import {
  buildNewFile,
  type CodeSource,
  type Draft,
  EMPTY_DRAFT,
  isUnidentified,
  nameOf,
  readFile,
  textOf,
} from './draft';
import { FilePane } from './file-pane';
import { NameAndLanguage } from './name-and-language';
import { PastePane } from './paste-pane';
import { UploadProgress } from './upload-progress';
import { useCreateSession } from './use-create-session';

interface NewSessionProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

/** The draft, kept while the list is open, even if the dialog is closed. */
function useDraft() {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const reading = useRef<File>(null);
  const updateDraft = (changes: Partial<Draft>) => setDraft((now) => ({ ...now, ...changes }));

  async function choose(files: File[]) {
    const [file] = files;
    if (file === undefined) return;
    reading.current = file;
    updateDraft({
      source: 'file',
      file: { state: 'reading', name: file.name },
      hasIgnoredFiles: files.length > 1,
      name: null,
      language: null,
    });
    const read = await readFile(file);
    // The user may have chosen another file in the meantime.
    if (reading.current === file) updateDraft({ file: read });
  }

  return { draft, change: updateDraft, choose, clear: () => setDraft(EMPTY_DRAFT) };
}

export function NewSession({ isOpen, onOpenChange }: NewSessionProps) {
  const { draft, change, choose, clear } = useDraft();
  const [isNameMissing, setIsNameMissing] = useState(false);
  const create = useCreateSession(isOpen);
  const navigate = useNavigate();
  const form = useId();
  const fields = isApiError(create.error, 'INVALID_INPUT', 'INVALID_LANGUAGE') ? create.error.fields : {};
  const isBusy = create.isPending;
  const nameMissing = isUnidentified(draft)
    ? words.sessions.new.nameOrLanguageRequired
    : words.sessions.new.nameMissing;
  const showsName = draft.source !== 'file' || draft.file?.state === 'read';

  function edit(changes: Partial<Draft>) {
    change(changes);
    setIsNameMissing(false);
    // The change may fix the error. A rate limit stays shown until it ends.
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
    const file = buildNewFile(draft);
    if (file === undefined) {
      setIsNameMissing(nameOf(draft).trim() === '');
      focusInvalid(form);
      return;
    }
    create.mutate(file, {
      onError: () => focusInvalid(form),
      onSuccess: ({ session }) => {
        clear();
        // Replace the dialog's history entry, so that Back leads to the list.
        void navigate(`/editor/${session.session_id}`, { replace: true });
      },
    });
  }

  const isOver = useFileDrop(chooseFile);
  return (
    <>
      {isOver && !isOpen && <DropOverlay />}
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
              variant="primary"
              disabled={textOf(draft) === undefined}
              busy={isBusy && words.sessions.new.creating}
            >
              {words.sessions.new.create}
            </Button>
          </>
        }
      >
        <form id={form} onSubmit={submit} noValidate className="flex min-h-0 flex-1 flex-col gap-4">
          <SourceTabs
            draft={draft}
            isOver={isOver}
            disabled={isBusy}
            codeError={fields.code_content}
            onSource={(way) => edit({ source: way })}
            onChoose={chooseFile}
            onPaste={(pasted) => edit({ pasted })}
          />
          {showsName && (
            <NameAndLanguage
              draft={draft}
              disabled={isBusy}
              nameError={isNameMissing ? nameMissing : fields.filename}
              languageError={fields.language_override}
              onChange={edit}
            />
          )}
          {isBusy && <UploadProgress name={isolateDirection(nameOf(draft))} percent={create.percent} />}
          {create.error !== null && (
            <CreateError
              error={create.error}
              source={draft.source}
              onRetry={submit}
              onClose={() => onOpenChange(false)}
            />
          )}
        </form>
      </Dialog>
    </>
  );
}

/** Focuses the first invalid field after rendering. */
function focusInvalid(form: string) {
  requestAnimationFrame(() => {
    document.getElementById(form)?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  });
}

interface SourceTabsProps {
  draft: Draft;
  isOver: boolean;
  disabled: boolean;
  codeError: string | undefined;
  onSource: (way: CodeSource) => void;
  onChoose: (files: File[]) => void;
  onPaste: (text: string) => void;
}

const SOURCES: readonly CodeSource[] = ['file', 'paste', 'empty'];

function SourceTabs({ draft, isOver, disabled, codeError, onSource, onChoose, onPaste }: SourceTabsProps) {
  return (
    <Tabs.Root
      value={draft.source}
      onValueChange={(value) => onSource(SOURCES.find((way) => way === value) ?? 'file')}
      className={`flex min-h-0 flex-col gap-4 ${draft.source === 'paste' ? 'flex-1' : ''}`}
    >
      <Tabs.List aria-label={words.sessions.new.sourcesLabel} className="flex gap-1 border-b border-line">
        {SOURCES.map((way) => (
          <Tabs.Trigger
            key={way}
            value={way}
            disabled={disabled}
            data-autofocus={way === draft.source || undefined}
            className="-mb-px min-h-10 border-b-2 border-transparent px-3 text-sm font-medium text-dim hover:text-text data-[state=active]:border-accent-text data-[state=active]:text-text focus-visible:rounded-[6px] focus-visible:-outline-offset-2 pointer-coarse:min-h-11"
          >
            {words.sessions.new.sources[way]}
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

/** Covers the window while a file is dragged over it. */
function DropOverlay() {
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
