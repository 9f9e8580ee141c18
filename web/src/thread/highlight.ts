/** Code in colours, by Monaco's colorizer and in the theme of the editor. No text is ever taken for HTML. */
import { useQuery } from '@tanstack/react-query';

export interface Span {
  text: string;
  /** One of Monaco's classes of tokens. */
  className: string;
}

/** Longer code is shown in one colour. */
const MOST = 50_000;

const load = () => import('../editor/monaco/monaco').then((module) => module.monaco);

/** The language of a fence, which may be named by an alias or a file's extension. */
async function languageId(name: string): Promise<string | undefined> {
  const { languages } = await load();
  const wanted = name.toLowerCase();
  const isIt = ({ id, aliases = [], extensions = [] }: (typeof known)[number]) =>
    id === wanted || aliases.some((alias) => alias.toLowerCase() === wanted) || extensions.includes(`.${wanted}`);
  const known = languages.getLanguages();
  return known.find(isIt)?.id;
}

async function highlight(code: string, language: string): Promise<Span[][] | null> {
  const monaco = await load();
  const id = await languageId(language);
  if (id === undefined || id === 'plaintext') return null;
  // Spaces for tabs, so that each character of the code is one in what comes back.
  const html = await monaco.editor.colorize(code.replaceAll('\t', ' '), id, {});
  return spans(code, html);
}

/** Cuts the code where the colorizer's markup begins a token; only its lengths and classes are taken. */
export function spans(code: string, html: string): Span[][] | null {
  const lines = code.split('\n');
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  const found: Span[][] = [];
  for (const node of body.childNodes) {
    if (node.nodeName !== 'SPAN') continue;
    const line = lines[found.length] ?? '';
    let at = 0;
    found.push(
      [...node.childNodes].map((token) => {
        const length = token.textContent?.length ?? 0;
        const span = { text: line.slice(at, at + length), className: token instanceof Element ? token.className : '' };
        at += length;
        return span;
      }),
    );
    // A character that was shown as another one: plain code is better than code that lacks something.
    if (at < line.length) return null;
  }
  return found.length === lines.length ? found : null;
}

/** The code in colours as soon as they are known; `null` until then, and for code that has none. */
export function useHighlighted(code: string, language: string, isWanted: boolean): Span[][] | null {
  const { data } = useQuery({
    queryKey: ['highlighted', language, code],
    queryFn: () => highlight(code, language),
    enabled: isWanted && language !== '' && code.length <= MOST,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    // What is shown belongs to the text: an older result is none.
  });
  return data ?? null;
}
