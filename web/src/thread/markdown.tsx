/** Renders the model's Markdown: without HTML, without external content, and with visible link targets. */
import { type ComponentProps, isValidElement, memo, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import { SilentBoundary } from '../ui/silent-boundary';
import { words } from '../words';
import { CodeBlock } from './code-block';

interface MarkdownProps {
  text: string;
  /** The default language of code blocks. */
  language: string;
  isLive?: boolean;
}

/** The caret at the end of an answer that is being written. */
const CARET =
  "[&>:last-child:not(div,ul,ol)]:after:content-['▍'] [&>:is(ul,ol):last-child>li:last-child]:after:content-['▍'] [&>div:last-child]:after:content-['▍'] after:text-accent-text [&>:last-child]:after:text-accent-text [&>:is(ul,ol)>li:last-child]:after:text-accent-text";

// Cached, because new components would remount at each render and lose their state.
const componentsByKey = new Map<string, Components>();

function componentsFor(language: string, isLive: boolean): Components {
  const key = `${isLive} ${language}`;
  const found = componentsByKey.get(key) ?? createComponents(language, isLive);
  componentsByKey.set(key, found);
  return found;
}

/** Detects extreme nesting of quotes and lists, which overflows the parser's stack. Real answers do not have it. */
function isTooDeep(text: string): boolean {
  return /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*){40}/m.test(text);
}

function Plain({ text }: { text: string }) {
  return <p className="wrap-anywhere whitespace-pre-wrap">{text}</p>;
}

/** Memoised: a conversation has hundreds of messages, and only one changes. */
export const Markdown = memo(function Markdown({ text, language, isLive = false }: MarkdownProps) {
  return (
    <div className={`flex min-w-0 flex-col gap-3 wrap-anywhere ${isLive ? CARET : ''}`}>
      {isTooDeep(text) ? (
        <Plain text={text} />
      ) : (
        <SilentBoundary fallback={<Plain text={text} />}>
          <ReactMarkdown
            remarkPlugins={[remarkGfm]}
            rehypePlugins={[rehypeSanitize]}
            components={componentsFor(language, isLive)}
          >
            {text}
          </ReactMarkdown>
        </SilentBoundary>
      )}
    </div>
  );
});

function createComponents(language: string, isLive: boolean): Components {
  return {
    p: ({ children }) => <p>{children}</p>,
    a: Anchor,
    img: ({ src, alt }) => <ImageLink src={typeof src === 'string' ? src : ''} alt={alt ?? ''} />,
    input: ({ checked }) => <TaskCheckbox isDone={checked === true} />,
    code: ({ children }) => (
      <code className="rounded-[4px] border border-line-soft bg-sunken px-1 py-px box-decoration-clone font-mono text-[0.9em] [font-variant-ligatures:none]">
        {children}
      </code>
    ),
    pre: ({ children }) => {
      const { code, fence } = parseFence(children);
      return <CodeBlock code={code} language={fence ?? language} isLive={isLive} />;
    },
    ul: ({ children }) => <ul className="flex list-disc flex-col gap-1 pl-5">{children}</ul>,
    ol: ({ children, start }) => (
      <ol start={start} className="flex list-decimal flex-col gap-1 pl-6">
        {children}
      </ol>
    ),
    li: ({ children, className }) => (
      <li className={`*:my-1 marker:text-faint ${className === 'task-list-item' ? '-ml-5 list-none' : ''}`}>
        {children}
      </li>
    ),
    h1: Heading,
    h2: Heading,
    h3: Heading,
    h4: Heading,
    h5: Heading,
    h6: Heading,
    blockquote: ({ children }) => (
      <blockquote className="flex flex-col gap-2 border-l-2 border-line pl-3 text-dim">{children}</blockquote>
    ),
    hr: () => <hr className="border-line" />,
    table: ({ children }) => (
      <div className="max-w-full overflow-x-auto">
        <table className="border-collapse text-sm">{children}</table>
      </div>
    ),
    th: ({ children }) => <th className="border border-line px-2 py-1 text-left font-semibold">{children}</th>,
    td: ({ children }) => <td className="border border-line px-2 py-1 align-top">{children}</td>,
  };
}

/** All headings are h4, below the page's headings. */
function Heading({ children }: { children?: ReactNode }) {
  return <h4 className="mt-1 font-semibold">{children}</h4>;
}

function Anchor({ href, children }: ComponentProps<'a'>) {
  // Only external links: the model must not link to pages of this site.
  if (href === undefined || !/^(https?:|mailto:)/i.test(href)) return <span>{children}</span>;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={href}
      className="text-accent-text underline underline-offset-2"
    >
      {children}
    </a>
  );
}

/** Loading an image would reveal the reader to another server, so show its text and address. */
function ImageLink({ src, alt }: { src: string; alt: string }) {
  return (
    <span className="rounded-[4px] border border-line-soft bg-sunken px-1.5 py-0.5 text-sm text-dim">
      {words.thread.image(alt === '' ? words.thread.noAlt : alt)} {src !== '' && <Anchor href={src}>{src}</Anchor>}
    </span>
  );
}

function TaskCheckbox({ isDone }: { isDone: boolean }) {
  return (
    <>
      <span aria-hidden="true">{isDone ? '☑ ' : '☐ '}</span>
      <span className="sr-only">{isDone ? words.thread.done : words.thread.notDone}</span>
    </>
  );
}

/** Extracts the code and the fence's language from a `pre`. */
function parseFence(children: ReactNode): { code: string; fence: string | undefined } {
  if (!isValidElement<{ className?: string; children?: ReactNode }>(children)) return { code: '', fence: undefined };
  const { className, children: text } = children.props;
  const code = typeof text === 'string' ? text : '';
  return { code: code.replace(/\n$/, ''), fence: /language-([^\s]+)/.exec(className ?? '')?.[1] };
}
