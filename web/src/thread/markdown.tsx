/** What the model writes, as Markdown. No HTML of it is used, nothing is loaded from elsewhere, and links say where they go. */
import { type ComponentProps, isValidElement, memo, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import { Quiet } from '../ui/quiet';
import { words } from '../words';
import { CodeBlock } from './code-block';

interface MarkdownProps {
  text: string;
  /** The language of code that names none. */
  language: string;
  isLive?: boolean;
}

/** Where the next word will be. */
const CARET =
  "[&>:last-child:not(div,ul,ol)]:after:content-['▍'] [&>:is(ul,ol):last-child>li:last-child]:after:content-['▍'] [&>div:last-child]:after:content-['▍'] after:text-accent-text [&>:last-child]:after:text-accent-text [&>:is(ul,ol)>li:last-child]:after:text-accent-text";

// Components that are made anew at each render would be mounted anew, and lose what is open in them.
const known = new Map<string, Components>();

function components(language: string, isLive: boolean): Components {
  const key = `${isLive} ${language}`;
  const found = known.get(key) ?? made(language, isLive);
  known.set(key, found);
  return found;
}

/** Quotes and lists within each other, as no answer has them. Reading thousands of them ends a page's stack. */
function isTooDeep(text: string): boolean {
  return /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*){40}/m.test(text);
}

/** The text as it was written. */
function Plain({ text }: { text: string }) {
  return <p className="wrap-anywhere whitespace-pre-wrap">{text}</p>;
}

/** Read again only when its text changes: a conversation has hundreds of them, and one is being written. */
export const Markdown = memo(function Markdown({ text, language, isLive = false }: MarkdownProps) {
  return (
    <div className={`flex min-w-0 flex-col gap-3 wrap-anywhere ${isLive ? CARET : ''}`}>
      {isTooDeep(text) ? (
        <Plain text={text} />
      ) : (
        <Quiet fallback={<Plain text={text} />}>
          <ReactMarkdown
            remarkPlugins={[remarkGfm]}
            rehypePlugins={[rehypeSanitize]}
            components={components(language, isLive)}
          >
            {text}
          </ReactMarkdown>
        </Quiet>
      )}
    </div>
  );
});

function made(language: string, isLive: boolean): Components {
  return {
    p: ({ children }) => <p>{children}</p>,
    a: Anchor,
    img: ({ src, alt }) => <Picture src={typeof src === 'string' ? src : ''} alt={alt ?? ''} />,
    input: ({ checked }) => <Task isDone={checked === true} />,
    code: ({ children }) => (
      <code className="rounded-[4px] border border-line-soft bg-sunken px-1 py-px box-decoration-clone font-mono text-[0.9em] [font-variant-ligatures:none]">
        {children}
      </code>
    ),
    pre: ({ children }) => {
      const { code, fence } = fenced(children);
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

/** The titles of the page are above those of an answer. */
function Heading({ children }: { children?: ReactNode }) {
  return <h4 className="mt-1 font-semibold">{children}</h4>;
}

function Anchor({ href, children }: ComponentProps<'a'>) {
  // An address on this site, or none, is not the model's to link to.
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

/** A picture would tell another server who reads this, so its words and its address stand here. */
function Picture({ src, alt }: { src: string; alt: string }) {
  return (
    <span className="rounded-[4px] border border-line-soft bg-sunken px-1.5 py-0.5 text-sm text-dim">
      {words.thread.image(alt === '' ? words.thread.noAlt : alt)} {src !== '' && <Anchor href={src}>{src}</Anchor>}
    </span>
  );
}

function Task({ isDone }: { isDone: boolean }) {
  return (
    <>
      <span aria-hidden="true">{isDone ? '☑ ' : '☐ '}</span>
      <span className="sr-only">{isDone ? words.thread.done : words.thread.notDone}</span>
    </>
  );
}

/** The code in a `pre`, and the language that its fence names. */
function fenced(children: ReactNode): { code: string; fence: string | undefined } {
  if (!isValidElement<{ className?: string; children?: ReactNode }>(children)) return { code: '', fence: undefined };
  const { className, children: text } = children.props;
  const code = typeof text === 'string' ? text : '';
  return { code: code.replace(/\n$/, ''), fence: /language-([^\s]+)/.exec(className ?? '')?.[1] };
}
