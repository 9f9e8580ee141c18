/** The paste tab: code field, size and error. */
import { useId } from 'react';
import { formatBytes } from '../../page/format';
import { FieldError, INPUT } from '../../ui/field';
import { words } from '../../words';
import { utf8Length } from './decode-file';
import { checkPastedCode, countLines } from './draft';

interface PastePaneProps {
  text: string;
  /** The server's error. */
  error: string | undefined;
  disabled: boolean;
  onChange: (text: string) => void;
}

export function PastePane({ text, error, disabled, onChange }: PastePaneProps) {
  const id = useId();
  const problem = checkPastedCode(text);
  const { codeTooLarge, incompleteCharacter } = words.sessions.new;
  const wrong = problem === undefined ? error : { tooLarge: codeTooLarge, broken: incompleteCharacter }[problem];
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="text-sm font-medium">
          {words.sessions.new.code}
        </label>
        <span id={`${id}-size`} className="text-xs text-dim tabular-nums">
          {text !== '' && `${words.sessions.new.lines(countLines(text))} · ${formatBytes(utf8Length(text))}`}
        </span>
      </div>
      <textarea
        id={id}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        disabled={disabled}
        placeholder={words.sessions.new.codePlaceholder}
        aria-invalid={wrong === undefined ? undefined : true}
        aria-describedby={`${id}-size ${id}-error`}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        wrap="off"
        className={`${INPUT} min-h-64 max-sm:min-h-40 flex-1 resize-none py-2 font-mono text-sm! [font-variant-ligatures:none]`}
      />
      <FieldError id={`${id}-error`} error={wrong} />
    </div>
  );
}
