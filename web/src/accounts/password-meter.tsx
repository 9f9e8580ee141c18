/** Shows the strength of a new password and its rules while the user types. */
import { Check, Circle, X } from 'lucide-react';
import { words } from '../words/shell';
import { estimateStrength, type Strength } from './password-strength';
import { brokenRules, type PasswordRule } from './validation';

const { rules, strength: strengthWords } = words.accounts;

/** Always shown. The other rules are rarely broken and shown only then. */
const COMMON_RULES: readonly PasswordRule[] = ['length', 'upper', 'digit', 'special'];

const COLOURS: Record<Strength, string> = {
  0: 'bg-bad',
  1: 'bg-bad',
  2: 'bg-warn',
  3: 'bg-ok',
  4: 'bg-ok',
};

interface PasswordMeterProps {
  password: string;
  /** Name and address of the user, which are easy to guess. */
  personalTexts?: readonly string[];
}

export function PasswordMeter({ password, personalTexts }: PasswordMeterProps) {
  const broken = brokenRules(password);
  const shownRules = [...COMMON_RULES, ...broken.filter((rule) => !COMMON_RULES.includes(rule))];
  return (
    <div className="mt-0.5 flex flex-col gap-2.5">
      <Meter value={estimateStrength(password, personalTexts)} isEmpty={password === ''} />
      <ul aria-label={rules.title} className="grid grid-cols-1 gap-x-4 gap-y-1 text-xs sm:grid-cols-2">
        {shownRules.map((rule) => (
          <Rule key={rule} rule={rule} isMet={!broken.includes(rule)} isEmpty={password === ''} />
        ))}
      </ul>
    </div>
  );
}

function Meter({ value, isEmpty }: { value: Strength; isEmpty: boolean }) {
  const filled = isEmpty ? 0 : Math.max(1, value);
  return (
    <div className="flex items-center gap-3">
      <div aria-hidden="true" className="grid flex-1 grid-cols-4 gap-1">
        {[1, 2, 3, 4].map((step) => (
          <span key={step} className={`h-1 rounded-full ${filled >= step ? COLOURS[value] : 'bg-line'}`} />
        ))}
      </div>
      <p aria-live="polite" className="min-w-16 text-right text-xs text-dim empty:hidden">
        {!isEmpty && (
          <>
            <span className="sr-only">{strengthWords.label}: </span>
            {strengthWords.levels[value]}
          </>
        )}
      </p>
    </div>
  );
}

function Rule({ rule, isMet, isEmpty }: { rule: PasswordRule; isMet: boolean; isEmpty: boolean }) {
  const isRare = !COMMON_RULES.includes(rule);
  return (
    <li className={`flex items-start gap-1.5 ${isRare ? 'text-bad sm:col-span-2' : isMet ? 'text-ok' : 'text-dim'}`}>
      <span aria-hidden="true" className="flex h-4 items-center">
        {isRare ? <X size={12} /> : isMet && !isEmpty ? <Check size={12} /> : <Circle size={8} className="mx-0.5" />}
      </span>
      {rules[rule]}
      <span className="sr-only">, {isMet ? rules.met : rules.unmet}</span>
    </li>
  );
}
