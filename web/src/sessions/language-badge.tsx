/** A language name with its colour dot. */
import type { Language } from '../api/types';
import { LANGUAGES } from './languages';

export function LanguageMark({ language }: { language: Language }) {
  return (
    <span
      aria-hidden="true"
      className="size-2.5 shrink-0 rounded-[3px]"
      style={{ backgroundColor: LANGUAGES[language].colour }}
    />
  );
}

export function LanguageBadge({ language }: { language: Language }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-2">
      <LanguageMark language={language} />
      <span className="truncate">{language}</span>
    </span>
  );
}
