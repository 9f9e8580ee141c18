/** A patch in an answer: its lines, the whole difference on demand, and the button that applies it. */
import { useQueryClient } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { lazy, memo, Suspense, useMemo, useRef, useState } from 'react';
import type { AiMessage, Patch } from '../api/types';
import { useEditor } from '../editor/controller';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { words } from '../words';
import { applyPatch } from './apply-patch';
import { CopyButton } from './copy-button';
import { dedented } from './dedent';
import { linesTitle } from './lines';
import { type PatchLine, patchLines, plain } from './patch-lines';
import { Scroller } from './scroller';

const DiffDialog = lazy(() => import('./diff-dialog'));

/** Of a longer patch the rest is shown on demand. */
const FOLD = 20;

interface PatchCardProps {
  answer: AiMessage;
  patch: Patch;
  /** Whether it is the thing to do next. */
  isLatest: boolean;
  /** Asks for a patch that fits the code as it is now; absent while something else is asked. */
  onAskNew: (() => void) | undefined;
}

export function PatchCard({ answer, patch, isLatest, onAskNew }: PatchCardProps) {
  const client = useQueryClient();
  const editor = useEditor();
  const card = useRef<HTMLDivElement>(null);
  const [isApplying, setIsApplying] = useState(false);
  const [isDiffOpen, setIsDiffOpen] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const title = linesTitle({ start: patch.start_line, end: patch.end_line });
  const isApplied = answer.patch_status === 'applied';
  const apply = async () => {
    setIsApplying(true);
    setRefusal(await applyPatch({ client, editor }, answer, patch));
    setIsApplying(false);
    setIsDiffOpen(false);
    // The button may be gone: the focus stays where it was.
    card.current?.focus();
  };
  const applyButton = (look: 'primary' | 'plain') => (
    <Button look={look} busy={isApplying && words.thread.applying} onClick={() => void apply()}>
      {words.thread.applyPatch}
    </Button>
  );
  return (
    <div className="flex flex-col gap-2">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form. */}
      <div
        ref={card}
        tabIndex={-1}
        role="group"
        aria-label={words.thread.patchFor(title)}
        className="min-w-0 overflow-hidden rounded-md border border-line"
      >
        <div className="flex flex-wrap items-center justify-end gap-x-1 gap-y-1.5 border-b border-line bg-raised py-1.5 pr-1.5 pl-3">
          <span className="mr-auto text-sm font-medium">{words.thread.patchFor(title)}</span>
          {isApplied ? (
            <span className="inline-flex min-h-9 items-center gap-1.5 pr-2 text-sm text-ok">
              <Check size={16} aria-hidden="true" />
              {words.thread.appliedIn(answer.applied_version ?? patch.base_version + 1)}
            </span>
          ) : (
            <>
              <CopyButton text={patch.replacement} isIcon />
              <Button look="ghost" onClick={() => setIsDiffOpen(true)}>
                {words.thread.viewDiff}
              </Button>
              {applyButton(isLatest ? 'primary' : 'plain')}
            </>
          )}
        </div>
        <PatchDiff patch={patch} />
      </div>
      {answer.patch_status === 'relocated' && <p className="text-xs text-dim">{words.thread.relocated}</p>}
      {refusal !== null && (
        <div ref={intoView}>
          <Notice
            kind="error"
            title={words.errors.PATCH_CONFLICT.title}
            actions={onAskNew && <Button onClick={onAskNew}>{words.thread.askNewPatch}</Button>}
          >
            {refusal}
          </Notice>
        </div>
      )}
      {isDiffOpen && (
        <Suspense>
          <DiffDialog
            title={title}
            patch={patch}
            onClose={() => setIsDiffOpen(false)}
            action={applyButton('primary')}
          />
        </Suspense>
      )}
    </div>
  );
}

/** What appears below the end of the window is seen at once. */
function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}

function shownLines(patch: Patch): PatchLine[] {
  const lines = patchLines(patch);
  const texts = dedented(lines.map(({ text }) => text));
  return lines.map(({ sign }, index) => ({ sign, text: texts[index] ?? '' }));
}

const LOOKS = { '+': 'bg-add', '-': 'bg-del', ' ': '' };
const SPOKEN = { '+': words.thread.added, '-': words.thread.removed, ' ': '' };

const PatchDiff = memo(function PatchDiff({ patch }: { patch: Patch }) {
  const lines = useMemo(() => shownLines(patch), [patch]);
  const [isOpen, setIsOpen] = useState(false);
  const shown = isOpen || lines.length <= FOLD ? lines : lines.slice(0, FOLD);
  return (
    <>
      <Scroller label={words.thread.viewDiff}>
        <pre className="w-max min-w-full py-1.5">
          <code>
            {shown.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
              <DiffLine key={index} line={line} />
            ))}
          </code>
        </pre>
      </Scroller>
      {lines.length > FOLD && (
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          className="w-full border-t border-line-soft px-3 py-1 text-left text-xs text-dim hover:bg-hover hover:text-text pointer-coarse:min-h-11"
        >
          {isOpen ? words.thread.showFewer : words.thread.showAll(lines.length)}
        </button>
      )}
    </>
  );
});

function DiffLine({ line: { sign, text } }: { line: PatchLine }) {
  return (
    <span className={`block min-h-5 px-3 whitespace-pre ${LOOKS[sign]}`}>
      <span aria-hidden="true" className="inline-block w-4 text-dim select-none">
        {sign}
      </span>
      {SPOKEN[sign] !== '' && <span className="sr-only">{SPOKEN[sign]}</span>}
      {plain(text)}
    </span>
  );
}
