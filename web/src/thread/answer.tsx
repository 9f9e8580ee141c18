/** An answer: explanation, suggested code, patch and details. */
import { Info, TriangleAlert } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { AiMessage, Thread } from '../api/types';
import { useEditor } from '../editor/controller';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { words } from '../words';
import { CodeBlock } from './code-block';
import { isSameCode } from './dedent';
import { LazyDiffDialog } from './lazy-diff-dialog';
import { linesOf, linesTitle } from './lines';
import { Markdown } from './markdown';
import { PatchCard, revealElement } from './patch-card';
import { splitLines } from './patch-lines';
import { Time } from './time';

interface AnswerProps {
  answer: AiMessage;
  thread: Thread;
  /** Whether it answers the latest question. */
  isLatest: boolean;
  onAskNewPatch: (() => void) | undefined;
}

export function Answer({ answer, thread, isLatest, onAskNewPatch }: AnswerProps) {
  const editor = useEditor();
  const { content, confidence, patch, suggested_code, patch_withheld } = answer;
  return (
    <article aria-label={words.thread.ai} className="flex min-w-0 flex-col gap-3">
      <AnswerHeader>
        {confidence !== undefined && (
          <span className={`text-xs ${confidence === 'low' ? 'text-warn' : 'text-faint'}`}>
            {words.thread.confidence[confidence]} ·{' '}
          </span>
        )}
        <Time at={answer.timestamp} />
      </AnswerHeader>
      <Markdown text={content} language={editor.languageId()} />
      {suggested_code !== undefined && !isSameCode(suggested_code, patch?.replacement ?? '') && (
        <Suggestion code={suggested_code} thread={thread} />
      )}
      {patch != null && <PatchCard {...{ answer, patch, lines: linesOf(thread), isLatest, onAskNewPatch }} />}
      {patch_withheld !== undefined && (
        <Notice kind="warning" title={words.thread.withheld}>
          {patch_withheld}
        </Notice>
      )}
      <Remarks answer={answer} />
      <Details answer={answer} />
    </article>
  );
}

/** The author, and details on the right. */
export function AnswerHeader({ children }: { children: ReactNode }) {
  return (
    <div className="-mb-2 flex items-baseline justify-between gap-2">
      <span className="text-xs font-semibold text-accent-text">{words.thread.ai}</span>
      <span>{children}</span>
    </div>
  );
}

/** Suggested code without a patch, with a diff against the selected lines. */
function Suggestion({ code, thread }: { code: string; thread: Thread }) {
  const editor = useEditor();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="flex flex-col gap-2">
      <CodeBlock code={code} language={editor.languageId()} title={words.thread.suggested} fold={20} />
      {thread.type === 'block' && (
        <div>
          <Button onClick={() => setIsOpen(true)}>{words.thread.viewDiff}</Button>
        </div>
      )}
      {thread.type === 'block' && isOpen && (
        <LazyDiffDialog
          title={linesTitle(linesOf(thread))}
          suggestion={{ before: thread.selected_text, after: code }}
          onClose={() => setIsOpen(false)}
        />
      )}
    </div>
  );
}

/** Warnings, and which code or messages the model did not see. */
function Remarks({ answer: { context_mode, context_lines, history_truncated, warnings } }: { answer: AiMessage }) {
  const editor = useEditor();
  const [first, last] = context_lines ?? [];
  const isLocal = context_mode === 'local' && first !== undefined && last !== undefined;
  const lines = useMemo(() => (isLocal ? splitLines(editor.text()).length : 0), [isLocal, editor]);
  if (!isLocal && !history_truncated && warnings.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1.5 text-sm text-dim">
      {isLocal && (
        <Remark icon={<Info size={14} className="text-info" />}>
          {words.thread.local(lines, first, last)} {words.thread.localNext}
        </Remark>
      )}
      {history_truncated && (
        <Remark icon={<Info size={14} className="text-info" />}>{words.thread.historyTruncated}</Remark>
      )}
      {warnings.map((warning) => (
        <Remark key={warning} icon={<TriangleAlert size={14} className="text-warn" />}>
          {warning}
        </Remark>
      ))}
    </ul>
  );
}

function Remark({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li className="flex gap-2 wrap-anywhere">
      <span aria-hidden="true" className="mt-[3px] shrink-0">
        {icon}
      </span>
      <span className="min-w-0">{children}</span>
    </li>
  );
}

function Details({ answer: { model_id, token_count, context_mode, context_lines } }: { answer: AiMessage }) {
  const [first, last] = context_lines ?? [];
  const context = first === undefined || last === undefined ? undefined : contextLabel(context_mode, first, last);
  const rows: [string, string | undefined][] = [
    [words.thread.model, model_id],
    [words.thread.tokens, token_count?.toLocaleString('en')],
    [words.thread.context, context],
  ];
  if (rows.every(([, value]) => value === undefined)) return null;
  return (
    <details
      className="text-xs text-dim"
      onToggle={({ currentTarget }) => currentTarget.open && revealElement(currentTarget)}
    >
      <summary className="w-fit rounded-[4px] py-0.5 text-faint hover:text-text pointer-coarse:py-3">
        {words.thread.details}
      </summary>
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {rows.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name} className="contents">
                <dt>{name}</dt>
                <dd className="text-text tabular-nums wrap-anywhere">{value}</dd>
              </div>
            ),
        )}
      </dl>
    </details>
  );
}

function contextLabel(mode: AiMessage['context_mode'], first: number, last: number): string {
  return mode === 'full' ? words.thread.fullContext(first, last) : words.thread.contextLines(first, last);
}
