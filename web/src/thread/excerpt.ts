/** The first words of a message, as the list shows them. */

/** At most so many characters, as the API cuts them. */
const CHARACTERS = 120;

/** In one line, as the API sends it. */
export function excerptOf(content: string): string {
  return [...content.replace(/\s+/g, ' ').trim()].slice(0, CHARACTERS).join('');
}

/** How each answer of the local reviewer begins: in a list of them it would be all that is seen. */
const LOCAL = /^Local rule-based reviewer: no model was asked\. */;

/** An answer's first words for the list. */
export function preview(excerpt: string): string {
  const text = unmarked(excerpt);
  const said = text.replace(LOCAL, '');
  return said === '' ? text : unmarked(said);
}

/** A whole answer as it is read aloud. */
export function spoken(answer: string): string {
  return answer.split('\n').map(unmarked).join('\n').trim();
}

/** Without the marks of Markdown, of which the end may be cut off. */
export function unmarked(excerpt: string): string {
  return excerpt
    .replace(/^(#{1,6} |> |[*-] |\d+\. )+/, '')
    .replace(/`|\*\*/g, '')
    .replace(/(^|[\s(])\*(?=\S)/g, '$1')
    .replace(/(\S)\*(?=[\s.,:;!?)]|$)/g, '$1');
}
