/** A patch in an answer: its lines, the full diff on demand, and the button that applies it. */
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
import { dedent } from './dedent';
import { LazyDiffDialog } from './lazy-diff-dialog';
import { type Lines, linesTitle } from './lines';
import { diffLines, escapeBidiControls, findPatch, isUndone, type PatchLine, splitLines } from './patch-lines';
import { Scroller } from './scroller';
import { useSessionVersion } from './session-version';

/** Longer patches are folded to this number of lines. */
const MAX_FOLDED_LINES = 20;

interface PatchCardProps {
  answer: AiMessage;
  patch: Patch;
  /** The lines of the conversation. */
  lines: Lines | null;
  /** Whether it belongs to the latest answer. */
  isLatest: boolean;
  /** Asks for a patch that fits the current code; absent while a message is being sent. */
  onAskNewPatch: (() => void) | undefined;
}

export function PatchCard({ answer, patch, lines, isLatest, onAskNewPatch }: PatchCardProps) {
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
    // The button may be gone, so focus the card.
    card.current?.focus();
  };
  const applyButton = (look: 'primary' | 'plain', className = '') => (
    <Button
      variant={look}
      className={className}
      busy={isApplying && words.thread.applying}
      onClick={() => void apply()}
    >
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
          {state === 'applied' && <AppliedLabel version={versionOf(answer, patch)} />}
          <Button variant="ghost" onClick={() => setIsDiffOpen(true)}>
            {words.thread.viewDiff}
          </Button>
          {isOpen && applyButton(isLatest && state === 'open' ? 'primary' : 'plain', FULL_WIDTH_ON_PHONE)}
        </div>
        {state === 'undone' && (
          <PatchStatusRow onAskNewPatch={onAskNewPatch}>
            <Undo2 size={16} className="shrink-0" aria-hidden="true" />
            {words.thread.undoneSince(versionOf(answer, patch))}
          </PatchStatusRow>
        )}
        {state === 'stale' && (
          <PatchStatusRow onAskNewPatch={onAskNewPatch}>
            <TriangleAlert size={16} className="shrink-0 text-warn" aria-hidden="true" />
            {words.thread.linesChanged}
          </PatchStatusRow>
        )}
        <PatchDiff patch={patch} />
      </div>
      {answer.patch_status === 'relocated' && <p className="text-xs text-dim">{words.thread.relocated}</p>}
      {refusal !== null && isOpen && (
        <div ref={revealElement} className="scroll-mb-4">
          <Notice
            kind="error"
            title={words.errors.PATCH_CONFLICT.title}
            actions={
              onAskNewPatch && state !== 'stale' && <Button onClick={onAskNewPatch}>{words.thread.askNewPatch}</Button>
            }
          >
            {refusal}
          </Notice>
        </div>
      )}
      {isDiffOpen && (
        <LazyDiffDialog
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

/** On phones, the button fills its own row. */
const FULL_WIDTH_ON_PHONE = '@max-[400px]:w-full';

function versionOf({ applied_version }: AiMessage, { base_version }: Patch): number {
  return applied_version ?? base_version + 1;
}

/**
 * - `stale`: the code does not contain the original lines. The server matches less strictly, so it may still apply.
 * - `undone`: it was applied, and the code contains the original lines again. The server applies a patch only once.
 */
type PatchState = 'open' | 'stale' | 'applied' | 'undone';

function usePatchState(answer: AiMessage, patch: Patch, lines: Lines | null, isLatest: boolean): PatchState {
  const editor = useEditor();
  // Check the code once per saved version, not at every keystroke.
  const version = useSessionVersion();
  const isApplied = answer.patch_status === 'applied';
  const appliedVersion = versionOf(answer, patch);
  const isUndoneNow = useMemo(() => {
    // The message is updated before the editor has the new version.
    const hasVersion = version !== undefined && version >= appliedVersion;
    // Redo can restore the patch until the undo is saved.
    return isApplied && hasVersion && !editor.isDirty() && isUndone(editor.text(), patch, lines);
  }, [isApplied, version, appliedVersion, editor, patch, lines]);
  const fits = useMemo(() => {
    // Search only for the latest answer. Unsaved edits may be undone.
    if (isApplied || !isLatest || version === undefined || editor.isDirty()) return true;
    return findPatch(patch, splitLines(editor.text())) !== null;
  }, [isApplied, isLatest, version, editor, patch]);
  if (!isApplied) return fits ? 'open' : 'stale';
  return isUndoneNow ? 'undone' : 'applied';
}

function AppliedLabel({ version }: { version: number }) {
  return (
    <span className="inline-flex min-h-9 items-center gap-1.5 pr-2 text-sm text-ok @max-[400px]:order-last @max-[400px]:w-full">
      <Check size={16} aria-hidden="true" />
      {words.thread.appliedIn(version)}
    </span>
  );
}

/** A row that explains why the patch is outdated, and offers a new one. */
function PatchStatusRow({ onAskNewPatch, children }: { onAskNewPatch: (() => void) | undefined; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5 border-b border-line py-1.5 pr-1.5 pl-3 @max-[400px]:pr-3">
      <span className="flex items-center gap-1.5 text-sm text-dim">{children}</span>
      {onAskNewPatch && (
        <Button className={FULL_WIDTH_ON_PHONE} onClick={onAskNewPatch}>
          {words.thread.askNewPatch}
        </Button>
      )}
    </div>
  );
}

/** Scrolls a new element into view. */
export function revealElement(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}

function dedentedLines(patch: Patch): PatchLine[] {
  const lines = diffLines(patch);
  const texts = dedent(lines.map(({ text }) => text));
  return lines.map(({ sign }, index) => ({ sign, text: texts[index] ?? '' }));
}

const SIGN_CLASSES = { '+': 'bg-add', '-': 'bg-del', ' ': '' };
const SIGN_LABELS = { '+': words.thread.added, '-': words.thread.removed, ' ': '' };

const PatchDiff = memo(function PatchDiff({ patch }: { patch: Patch }) {
  const lines = useMemo(() => dedentedLines(patch), [patch]);
  const [isOpen, setIsOpen] = useState(false);
  const visibleLines = isOpen || lines.length <= MAX_FOLDED_LINES ? lines : lines.slice(0, MAX_FOLDED_LINES);
  return (
    <>
      <Scroller label={words.thread.viewDiff}>
        <pre className="w-max min-w-full py-1.5">
          <code>
            {visibleLines.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is identified by its position.
              <DiffLine key={index} line={line} />
            ))}
          </code>
        </pre>
      </Scroller>
      {lines.length > MAX_FOLDED_LINES && (
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
    <span className={`block min-h-5 px-3 whitespace-pre ${SIGN_CLASSES[sign]}`}>
      <span aria-hidden="true" className="inline-block w-4 text-dim select-none">
        {sign}
      </span>
      {SIGN_LABELS[sign] !== '' && <span className="sr-only">{SIGN_LABELS[sign]}</span>}
      {escapeBidiControls(text)}
    </span>
  );
}
