/** A patch in an answer: its lines, the whole difference on demand, and the button that applies it. */
import { useQueryClient } from '@tanstack/react-query';
import { Check, TriangleAlert, Undo2 } from 'lucide-react';
import { memo, type ReactNode, useMemo, useRef, useState } from 'react';
import type { AiMessage, Patch } from '../api/types';
import { useEditor } from '../editor/controller';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { words } from '../words';
import { applyPatch } from './apply-patch';
import { CopyButton } from './copy-button';
import { dedented } from './dedent';
import { type Lines, linesTitle } from './lines';
import { LoadedDiffDialog } from './loaded-diff-dialog';
import { isUndone, linesIn, type PatchLine, patchLines, placeOf, plain } from './patch-lines';
import { Scroller } from './scroller';
import { useSessionVersion } from './session-version';

/** Of a longer patch the rest is shown on demand. */
const FOLD = 20;

interface PatchCardProps {
  answer: AiMessage;
  patch: Patch;
  /** The lines that the conversation is about. */
  lines: Lines | null;
  /** Whether it is the thing to do next. */
  isLatest: boolean;
  /** Asks for a patch that fits the code as it is now; absent while something else is asked. */
  onAskNew: (() => void) | undefined;
}

export function PatchCard({ answer, patch, lines, isLatest, onAskNew }: PatchCardProps) {
  const client = useQueryClient();
  const editor = useEditor();
  const card = useRef<HTMLDivElement>(null);
  const [isApplying, setIsApplying] = useState(false);
  const [isDiffOpen, setIsDiffOpen] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const title = linesTitle({ start: patch.start_line, end: patch.end_line });
  const state = usePatchState(answer, patch, lines, isLatest);
  const isOpen = state === 'open' || state === 'stale';
  const apply = async () => {
    setIsApplying(true);
    setRefusal(await applyPatch({ client, editor }, answer, patch));
    setIsApplying(false);
    setIsDiffOpen(false);
    // The button may be gone: the focus stays where it was.
    card.current?.focus();
  };
  const applyButton = (look: 'primary' | 'plain', className = '') => (
    <Button look={look} className={className} busy={isApplying && words.thread.applying} onClick={() => void apply()}>
      {words.thread.applyPatch}
    </Button>
  );
  return (
    <div className="@container flex flex-col gap-2">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form. */}
      <div
        ref={card}
        tabIndex={-1}
        role="group"
        aria-label={words.thread.patchFor(title)}
        className="min-w-0 overflow-hidden rounded-md border border-line"
      >
        <div className="flex flex-wrap items-center justify-end gap-x-1 gap-y-1.5 border-b border-line bg-raised py-1.5 pr-1.5 pl-3 @max-[400px]:pr-3">
          <span className="mr-auto text-sm font-medium">{words.thread.patchFor(title)}</span>
          {isOpen && <CopyButton text={patch.replacement} isIcon />}
          {state === 'applied' && <Applied version={versionOf(answer, patch)} />}
          <Button look="ghost" onClick={() => setIsDiffOpen(true)}>
            {words.thread.viewDiff}
          </Button>
          {isOpen && applyButton(isLatest && state === 'open' ? 'primary' : 'plain', NARROW)}
        </div>
        {state === 'undone' && (
          <Outdated onAskNew={onAskNew}>
            <Undo2 size={16} className="shrink-0" aria-hidden="true" />
            {words.thread.undoneSince(versionOf(answer, patch))}
          </Outdated>
        )}
        {state === 'stale' && (
          <Outdated onAskNew={onAskNew}>
            <TriangleAlert size={16} className="shrink-0 text-warn" aria-hidden="true" />
            {words.thread.linesChanged}
          </Outdated>
        )}
        <PatchDiff patch={patch} />
      </div>
      {answer.patch_status === 'relocated' && <p className="text-xs text-dim">{words.thread.relocated}</p>}
      {refusal !== null && isOpen && (
        <div ref={intoView} className="scroll-mb-4">
          <Notice
            kind="error"
            title={words.errors.PATCH_CONFLICT.title}
            actions={onAskNew && state !== 'stale' && <Button onClick={onAskNew}>{words.thread.askNewPatch}</Button>}
          >
            {refusal}
          </Notice>
        </div>
      )}
      {isDiffOpen && (
        <LoadedDiffDialog
          title={title}
          patch={patch}
          isApplied={state === 'applied'}
          onClose={() => setIsDiffOpen(false)}
          action={state === 'open' && applyButton('primary')}
        />
      )}
    </div>
  );
}

/** On a phone the button has a row to itself, and fills it. */
const NARROW = '@max-[400px]:w-full';

function versionOf({ applied_version }: AiMessage, { base_version }: Patch): number {
  return applied_version ?? base_version + 1;
}

/**
 * - `stale`: the lines that it replaces are not found in the code. The server looks closer, so it may be applied all the same.
 * - `undone`: it was applied, and the lines that it replaced stand in the code again. The server applies a patch once.
 */
type PatchState = 'open' | 'stale' | 'applied' | 'undone';

function usePatchState(answer: AiMessage, patch: Patch, lines: Lines | null, isLatest: boolean): PatchState {
  const editor = useEditor();
  // The code is looked at when a version of it is there, and not at every keystroke.
  const version = useSessionVersion();
  const isApplied = answer.patch_status === 'applied';
  const made = versionOf(answer, patch);
  const isBack = useMemo(() => {
    // The answer is told before the editor follows.
    const isThere = version !== undefined && version >= made;
    // What is not saved may come back by a redo.
    return isApplied && isThere && !editor.isDirty() && isUndone(editor.text(), patch, lines);
  }, [isApplied, version, made, editor, patch, lines]);
  const fits = useMemo(() => {
    // Only the answer that is read looks through the code. What is not saved may be undone.
    if (isApplied || !isLatest || version === undefined || editor.isDirty()) return true;
    return placeOf(patch, linesIn(editor.text())) !== null;
  }, [isApplied, isLatest, version, editor, patch]);
  if (!isApplied) return fits ? 'open' : 'stale';
  return isBack ? 'undone' : 'applied';
}

function Applied({ version }: { version: number }) {
  return (
    <span className="inline-flex min-h-9 items-center gap-1.5 pr-2 text-sm text-ok @max-[400px]:order-last @max-[400px]:w-full">
      <Check size={16} aria-hidden="true" />
      {words.thread.appliedIn(version)}
    </span>
  );
}

/** Why the patch is of no more use as it is, and how to get another. */
function Outdated({ onAskNew, children }: { onAskNew: (() => void) | undefined; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5 border-b border-line py-1.5 pr-1.5 pl-3 @max-[400px]:pr-3">
      <span className="flex items-center gap-1.5 text-sm text-dim">{children}</span>
      {onAskNew && (
        <Button className={NARROW} onClick={onAskNew}>
          {words.thread.askNewPatch}
        </Button>
      )}
    </div>
  );
}

/** What appears below the end of the window is seen at once. */
export function intoView(element: HTMLElement | null): void {
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
