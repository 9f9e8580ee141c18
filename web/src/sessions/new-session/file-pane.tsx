/** The file tab: drop zone, file details and notices. */
import { FileCode, FileUp } from 'lucide-react';
import { useRef } from 'react';
import { formatBytes } from '../../page/format';
import { Button } from '../../ui/button';
import { Notice } from '../../ui/notice';
import { Spinner } from '../../ui/spinner';
import { words } from '../../words';
import { type ChosenFile, countLines, type Draft } from './draft';

interface FilePaneProps {
  draft: Draft;
  /** Whether a file is dragged over the window. */
  isOver: boolean;
  disabled: boolean;
  onChoose: (files: File[]) => void;
}

export function FilePane({ draft, isOver, disabled, onChoose }: FilePaneProps) {
  const input = useRef<HTMLInputElement>(null);
  const { file } = draft;
  const open = () => input.current?.click();
  return (
    <div className="flex flex-col gap-3">
      <input
        ref={input}
        type="file"
        className="hidden"
        data-testid="file"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // Allow choosing the same file again after it was changed.
          event.target.value = '';
          if (files.length > 0) onChoose(files);
        }}
      />
      {file === null ? (
        <button
          type="button"
          onClick={open}
          disabled={disabled}
          className={`flex flex-col items-center gap-2 rounded-md border border-dashed px-4 py-10 text-center ${isOver ? 'border-accent bg-wash' : 'border-line-strong bg-sunken hover:border-accent-text hover:bg-wash'}`}
        >
          <FileUp size={32} strokeWidth={1.25} className="text-dim" aria-hidden="true" />
          <span className="font-medium">{words.sessions.new.drop}</span>
          <span className="text-sm text-dim">{words.sessions.new.dropHint}</span>
        </button>
      ) : (
        <div
          className={`flex flex-wrap items-center gap-3 rounded-md border px-4 py-3 ${isOver ? 'border-dashed border-accent bg-wash' : 'border-line bg-sunken'}`}
        >
          <FileCode size={24} strokeWidth={1.5} className="shrink-0 text-dim" aria-hidden="true" />
          <div className="min-w-40 flex-1">
            <p className="truncate font-medium" title={file.name}>
              <bdi dir="ltr">{file.name}</bdi>
            </p>
            <FileFacts file={file} />
          </div>
          <Button onClick={open} disabled={disabled}>
            {words.sessions.new.chooseOther}
          </Button>
        </div>
      )}
      {/* Announces its content when it changes. */}
      <div role="status" className="flex flex-col gap-3 empty:hidden">
        {draft.hasIgnoredFiles && file !== null && <InfoNotice text={words.sessions.new.oneFile(file.name)} />}
        {file?.state === 'read' && <ConversionNotice file={file} />}
      </div>
      {file?.state === 'refused' && <RejectedFileNotice reason={file.reason} />}
    </div>
  );
}

function FileFacts({ file }: { file: ChosenFile }) {
  if (file.state === 'reading') {
    return (
      <p className="flex items-center gap-2 text-sm text-dim">
        <Spinner size={14} />
        {words.sessions.new.reading(file.name)}
      </p>
    );
  }
  return (
    <p className="text-sm text-dim tabular-nums">
      {formatBytes(file.size)}
      {file.state === 'read' && ` · ${words.sessions.new.lines(countLines(file.text))} · ${file.encoding}`}
    </p>
  );
}

function ConversionNotice({ file }: { file: Extract<ChosenFile, { state: 'read' }> }) {
  if (file.encoding === 'UTF-8' || file.encoding === 'UTF-8 with BOM') return null;
  if (file.encoding === 'damaged UTF-8') {
    return <Notice kind="warning">{words.sessions.new.damaged}</Notice>;
  }
  return <InfoNotice text={words.sessions.new.converted(file.encoding)} />;
}

function InfoNotice({ text }: { text: string }) {
  return <Notice kind="info">{text}</Notice>;
}

function RejectedFileNotice({ reason }: { reason: 'binary' | 'tooLarge' | 'unreadable' }) {
  const { binary, binaryNext, unreadable, unreadableNext } = words.sessions.new;
  const text = {
    binary: { title: binary, next: binaryNext },
    unreadable: { title: unreadable, next: unreadableNext },
    tooLarge: words.errors.FILE_TOO_LARGE,
  }[reason];
  return (
    <Notice kind="error" title={text.title}>
      {text.next}
    </Notice>
  );
}
