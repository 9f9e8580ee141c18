/** Highlights code with Monaco's colorizer in the editor's theme. Code never becomes HTML. */
import { useQuery } from '@tanstack/react-query';

export interface Span {
  text: string;
  /** A token class of Monaco. */
  className: string;
}

/** Longer code is not highlighted. */
const MAX_LENGTH = 50_000;

const loadMonaco = () => import('../editor/monaco/monaco').then((module) => module.monaco);

/** Finds a language by id, alias or file extension. */
async function languageId(name: string): Promise<string | undefined> {
  const { languages } = await loadMonaco();
  const lowerName = name.toLowerCase();
  const isMatch = ({ id, aliases = [], extensions = [] }: (typeof registered)[number]) =>
    id === lowerName ||
    aliases.some((alias) => alias.toLowerCase() === lowerName) ||
    extensions.includes(`.${lowerName}`);
  const registered = languages.getLanguages();
  return registered.find(isMatch)?.id;
}

async function highlightCode(code: string, language: string): Promise<Span[][] | null> {
  const monaco = await loadMonaco();
  const id = await languageId(language);
  if (id === undefined || id === 'plaintext') return null;
  // Replace tabs, which the colorizer expands, to keep offsets equal.
  const html = await monaco.editor.colorize(code.replaceAll('\t', ' '), id, {});
  return toSpans(code, html);
}

/** Splits the code at the colorizer's token boundaries. Uses only lengths and classes of the markup. */
export function toSpans(code: string, html: string): Span[][] | null {
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
    // The markup lacks characters: plain code is better than missing code.
    if (at < line.length) return null;
  }
  return found.length === lines.length ? found : null;
}

/** React hook: the highlighted code; `null` while loading or without highlighting. */
export function useHighlighted(code: string, language: string, isEnabled: boolean): Span[][] | null {
  const { data } = useQuery({
    queryKey: ['highlighted', language, code],
    queryFn: () => highlightCode(code, language),
    enabled: isEnabled && language !== '' && code.length <= MAX_LENGTH,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    // No placeholder: an older result belongs to other code.
  });
  return data ?? null;
}
