/** A code block with its language, a copy button and highlighting. */
import { Fragment, memo, useState } from 'react';
import { words } from '../words';
import { CopyButton } from './copy-button';
import { dedent } from './dedent';
import { useHighlighted } from './highlight';
import { Scroller } from './scroller';

interface CodeBlockProps {
  code: string;
  /** The language as named by Monaco or a Markdown fence; empty if unknown. */
  language: string;
  /** The title; by default the language. */
  title?: string | undefined;
  /** Whether the code is still being written; it is not highlighted then. */
  isLive?: boolean;
  /** Longer code is folded to this number of lines. */
  fold?: number | undefined;
}

export const CodeBlock = memo(function CodeBlock({ code, language, title, isLive = false, fold }: CodeBlockProps) {
  const [isOpen, setIsOpen] = useState(false);
  // The copied code keeps its indentation.
  const lines = dedent(code.split(/\r\n|\r|\n/));
  const isFolded = fold !== undefined && lines.length > fold + 1 && !isOpen;
  const label = title ?? (language === '' ? words.thread.code : language);
  return (
    <div className="min-w-0 overflow-hidden rounded-md border border-line-soft bg-sunken">
      <div className="flex items-center justify-between gap-2 border-b border-line-soft py-0.5 pr-1 pl-3 text-xs text-dim">
        <span className="truncate">{label}</span>
        <CopyButton text={code} />
      </div>
      <Code
        code={(isFolded ? lines.slice(0, fold) : lines).join('\n')}
        language={language}
        isLive={isLive}
        label={title ?? (language === '' ? words.thread.code : words.thread.codeIn(language))}
      />
      {fold !== undefined && lines.length > fold + 1 && (
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          className="w-full border-t border-line-soft px-3 py-1 text-left text-xs text-dim hover:bg-hover hover:text-text pointer-coarse:min-h-11"
        >
          {isOpen ? words.thread.showFewer : words.thread.showAll(lines.length)}
        </button>
      )}
    </div>
  );
});

interface CodeProps {
  code: string;
  language: string;
  isLive: boolean;
  label: string;
}

function Code({ code, language, isLive, label }: CodeProps) {
  const highlighted = useHighlighted(code, language, !isLive);
  return (
    <Scroller label={label}>
      <pre className="w-max min-w-full px-3 py-2">
        <code>
          {highlighted === null
            ? code
            : highlighted.map((line, number) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line is identified by its number.
                <Fragment key={number}>
                  {number > 0 && '\n'}
                  {line.map((span, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a token is identified by its position.
                    <span key={index} className={span.className}>
                      {span.text}
                    </span>
                  ))}
                </Fragment>
              ))}
        </code>
      </pre>
    </Scroller>
  );
}
