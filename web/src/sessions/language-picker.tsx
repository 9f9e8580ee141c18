/** A searchable language picker, which also offers the detected language. */
import { Check, ChevronsUpDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type KeyboardEvent, useId, useState } from 'react';
import type { Language } from '../api/types';
import { INPUT } from '../ui/field';
import { words } from '../words';
import { LanguageMark } from './language-badge';
import { searchLanguages } from './search-languages';

interface LanguagePickerProps {
  /** The chosen language; `null` to use the detected one. */
  value: Language | null;
  /** The detected language, if known. */
  detected: Language | undefined;
  onChange: (language: Language | null) => void;
  /** `field` looks like a form input, `bar` like a quiet button. */
  variant?: 'field' | 'bar';
  disabled?: boolean;
  /** Id of the element with the error. */
  errorId?: string | undefined;
}

const VARIANTS = {
  field: `${INPUT} flex items-center gap-2 text-left`,
  bar: 'inline-flex min-h-9 min-w-0 max-w-full items-center gap-2 rounded-md px-2.5 text-sm text-dim hover:bg-hover hover:text-text disabled:opacity-45 pointer-coarse:min-h-11',
};

export function LanguagePicker({
  value,
  detected,
  onChange,
  variant = 'bar',
  disabled = false,
  errorId,
}: LanguagePickerProps) {
  const [isOpen, setIsOpen] = useState(false);
  const language = value ?? detected;
  const label = language ?? words.sessions.detectedByName;
  return (
    // Modal, because its list must also scroll inside a dialog.
    <Popover.Root open={isOpen} onOpenChange={setIsOpen} modal>
      <Popover.Trigger
        className={VARIANTS[variant]}
        disabled={disabled}
        aria-label={words.sessions.languageIs(label)}
        aria-describedby={errorId}
      >
        {language !== undefined && <LanguageMark language={language} />}
        <span className="min-w-0 flex-1 truncate">
          {label}
          {variant === 'field' && value === null && language !== undefined && (
            <span className="text-dim"> ({words.sessions.fromName})</span>
          )}
        </span>
        <ChevronsUpDown size={14} className="shrink-0 text-faint" aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={words.sessions.language}
          className="z-50 flex max-h-[min(380px,var(--radix-popover-content-available-height))] w-72 max-w-[calc(100vw-16px)] flex-col overflow-hidden rounded-md border border-line bg-raised shadow-float"
        >
          <Choices
            value={value}
            detected={detected}
            onChoose={(chosen) => {
              setIsOpen(false);
              if (chosen !== value) onChange(chosen);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface ChoicesProps {
  value: Language | null;
  detected: Language | undefined;
  onChoose: (language: Language | null) => void;
}

/** A combobox whose list is always open; `null` is the detected language. */
function Choices({ value, detected, onChoose }: ChoicesProps) {
  const id = useId();
  const [text, setText] = useState('');
  const options: (Language | null)[] = text.trim() === '' ? [null, ...searchLanguages('')] : searchLanguages(text);
  const [active, setActive] = useState(() => Math.max(0, options.indexOf(value)));

  function move(to: number) {
    const next = Math.min(Math.max(to, 0), options.length - 1);
    setActive(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
  }

  function onKeyDown(event: KeyboardEvent) {
    const target = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + 8, PageUp: active - 8 }[event.key];
    if (target !== undefined) move(target);
    else if (event.key === 'Enter') {
      const chosen = options[active];
      if (chosen !== undefined) onChoose(chosen);
    } else return;
    event.preventDefault();
  }

  return (
    <>
      <div className="border-b border-line p-1.5">
        <input
          type="text"
          role="combobox"
          className="min-h-9 w-full rounded-[6px] bg-sunken px-2.5 text-sm placeholder:text-faint pointer-coarse:min-h-11"
          aria-label={words.sessions.languageSearch}
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={options.length > 0 ? `${id}-${active}` : undefined}
          placeholder={words.sessions.languageSearch}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label={words.sessions.language} className="min-h-0 overflow-auto p-1">
        {options.map((language, index) => (
          <Option
            key={language ?? ''}
            id={`${id}-${index}`}
            language={language}
            detected={detected}
            isChosen={language === value}
            isActive={index === active}
            isInitial={language === value && text === ''}
            onChoose={() => onChoose(language)}
            onHover={() => setActive(index)}
          />
        ))}
      </div>
      <p role="status" className="px-3 pb-3 text-sm text-dim empty:hidden">
        {options.length === 0 ? words.sessions.languageNone : null}
      </p>
    </>
  );
}

interface OptionProps {
  id: string;
  language: Language | null;
  detected: Language | undefined;
  isChosen: boolean;
  isActive: boolean;
  /** Whether the list scrolls to this option when it opens. */
  isInitial: boolean;
  onChoose: () => void;
  onHover: () => void;
}

function scrollIntoViewLater(element: HTMLElement | null) {
  // Wait until the list is laid out.
  if (element !== null) requestAnimationFrame(() => element.scrollIntoView({ block: 'nearest' }));
}

function Option({ id, language, detected, isChosen, isActive, isInitial, onChoose, onHover }: OptionProps) {
  const effectiveLanguage = language ?? detected;
  const detectedLabel = detected === undefined ? words.sessions.detectedByName : words.sessions.detectedAs(detected);
  return (
    // The focus stays in the input, which handles the keys.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
    <div
      id={id}
      ref={isInitial ? scrollIntoViewLater : null}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      onClick={onChoose}
      onPointerMove={onHover}
      className={`flex min-h-9 cursor-pointer items-center gap-2.5 rounded-[6px] px-2.5 text-sm select-none pointer-coarse:min-h-11 ${isActive ? 'bg-hover' : ''} ${isChosen ? 'font-semibold' : ''}`}
    >
      {effectiveLanguage !== undefined && <LanguageMark language={effectiveLanguage} />}
      <span className="min-w-0 flex-1 truncate">{language ?? detectedLabel}</span>
      {isChosen && <Check size={14} className="shrink-0 text-accent-text" aria-hidden="true" />}
    </div>
  );
}
