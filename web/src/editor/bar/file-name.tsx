/** The file name, which can be edited in place. */
import { type KeyboardEvent, useRef, useState } from 'react';
import { isApiError } from '../../api/error';
import { toastError } from '../../page/error-notice';
import { FieldError } from '../../ui/field';
import { words } from '../../words';

interface FileNameProps {
  name: string;
  /** Throws an `ApiError` if the server rejects the name. */
  onRename: (name: string) => Promise<void>;
}

export function FileName({ name, onRename }: FileNameProps) {
  const [isEditing, setIsEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (isEditing) {
    return (
      <NameField
        name={name}
        onRename={onRename}
        onDone={(byKey) => {
          setIsEditing(false);
          // After a click elsewhere, the clicked element keeps the focus.
          if (byKey) requestAnimationFrame(() => button.current?.focus());
        }}
      />
    );
  }
  return (
    <h1 className="min-w-0">
      <button
        ref={button}
        type="button"
        title={words.editor.renameOf(name)}
        onClick={() => setIsEditing(true)}
        className="flex min-h-9 max-w-full min-w-0 items-center rounded-md px-1.5 font-semibold hover:bg-hover pointer-coarse:min-h-11"
      >
        <bdi className="truncate">{name}</bdi>
      </button>
    </h1>
  );
}

interface NameFieldProps extends FileNameProps {
  onDone: (byKey: boolean) => void;
}

function NameField({ name, onRename, onDone }: NameFieldProps) {
  const [text, setText] = useState(name);
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const isFinished = useRef(false);

  async function finish(byKey: boolean) {
    if (isFinished.current) return;
    const newName = text.trim();
    if (newName === '' || newName === name) return end(byKey);
    isFinished.current = true;
    setIsBusy(true);
    try {
      await onRename(newName);
      onDone(byKey);
    } catch (error) {
      isFinished.current = false;
      setIsBusy(false);
      if (isApiError(error, 'INVALID_INPUT')) setError(error.fields.filename ?? error.message);
      else toastError(error);
    }
  }

  function end(byKey: boolean) {
    isFinished.current = true;
    onDone(byKey);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') void finish(true);
    else if (event.key === 'Escape') end(true);
    else return;
    event.preventDefault();
  }

  return (
    <div className="relative min-w-0 max-[1099px]:flex-1">
      {/* The name keeps its space, so the elements beside it do not move. The field covers it. */}
      <span aria-hidden="true" className="invisible block truncate px-1.5 font-semibold max-[1099px]:hidden">
        {name}
      </span>
      <input
        // biome-ignore lint/a11y/noAutofocus: the user has just asked to edit it.
        autoFocus
        aria-label={words.editor.name}
        aria-describedby="file-name-hint file-name-error"
        aria-invalid={error !== '' || undefined}
        value={text}
        readOnly={isBusy}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          setError('');
        }}
        onFocus={(event) => selectStem(event.target)}
        onBlur={() => void finish(false)}
        onKeyDown={onKeyDown}
        className="min-h-9 w-full max-w-80 rounded-md border border-line-strong bg-sunken px-[5px] font-semibold aria-invalid:border-bad read-only:text-dim pointer-coarse:min-h-11 min-[1100px]:absolute min-[1100px]:top-1/2 min-[1100px]:left-0 min-[1100px]:z-20 min-[1100px]:w-80 min-[1100px]:max-w-none min-[1100px]:min-w-full min-[1100px]:-translate-y-1/2"
      />
      <span id="file-name-hint" className="sr-only">
        {words.editor.renameHint}
      </span>
      <div className="absolute top-full left-0 z-20 mt-1 max-w-80 rounded-md border border-line bg-raised px-2 py-1 shadow-float empty:hidden has-[p:empty]:hidden">
        <FieldError id="file-name-error" error={error} />
      </div>
    </div>
  );
}

/** Selects the name without its extension, which rarely changes. */
function selectStem(input: HTMLInputElement) {
  const dot = input.value.lastIndexOf('.');
  input.setSelectionRange(0, dot > 0 ? dot : input.value.length);
}
