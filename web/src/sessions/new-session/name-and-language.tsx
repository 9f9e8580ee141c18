/** The name and language fields of a new session. */
import { useId } from 'react';
import { Field, FieldError } from '../../ui/field';
import { words } from '../../words';
import { LanguagePicker } from '../language-picker';
import { languageFromName } from '../languages';
import { type Draft, isUnidentified, nameOf } from './draft';

interface NameAndLanguageProps {
  draft: Draft;
  disabled: boolean;
  nameError: string | undefined;
  languageError: string | undefined;
  onChange: (changes: Partial<Draft>) => void;
}

export function NameAndLanguage({ draft, disabled, nameError, languageError, onChange }: NameAndLanguageProps) {
  const id = useId();
  const name = nameOf(draft);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label={words.sessions.new.name}
        value={name}
        onChange={(event) => onChange({ name: event.target.value })}
        error={nameError}
        hint={isUnidentified(draft) ? words.sessions.new.nameOrLanguageRequired : undefined}
        disabled={disabled}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        dir="ltr"
      />
      <div className="flex flex-col gap-1.5">
        {/* The button has its own label. */}
        <span aria-hidden="true" className="text-sm font-medium">
          {words.sessions.language}
        </span>
        <LanguagePicker
          variant="field"
          value={draft.language}
          detected={languageFromName(name)}
          onChange={(language) => onChange({ language })}
          disabled={disabled}
          errorId={`${id}-error`}
        />
        <FieldError id={`${id}-error`} error={languageError} />
      </div>
    </div>
  );
}
