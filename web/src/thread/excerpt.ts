/** Excerpts and plain text of messages. */

/** The API's length of an excerpt. */
const MAX_CHARACTERS = 120;

/** Returns the excerpt that the API would send. */
export function excerptOf(content: string): string {
  return [...content.replace(/\s+/g, ' ').trim()].slice(0, MAX_CHARACTERS).join('');
}

/** The notice that starts each answer of the local reviewer. In a list it would hide the answers. */
const LOCAL_REVIEWER_NOTICE = /^Local rule-based reviewer: no model was asked\. */;

/** An answer's excerpt for the list. */
export function previewOf(excerpt: string): string {
  const text = stripMarkdown(excerpt);
  const rest = text.replace(LOCAL_REVIEWER_NOTICE, '');
  return rest === '' ? text : stripMarkdown(rest);
}

/** An answer as plain text for screen readers. */
export function toPlainText(answer: string): string {
  return answer.split('\n').map(stripMarkdown).join('\n').trim();
}

/** Removes Markdown, including markup that the excerpt cut off. */
export function stripMarkdown(excerpt: string): string {
  return excerpt
    .replace(/^(#{1,6} |> |[*-] |\d+\. )+/, '')
    .replace(/`|\*\*/g, '')
    .replace(/(^|[\s(])\*(?=\S)/g, '$1')
    .replace(/(\S)\*(?=[\s.,:;!?)]|$)/g, '$1');
}
