/** Removes the common indentation of code, to save width. */

/** The leading white space that all non-blank lines share. */
export function commonIndentation(lines: readonly string[]): string {
  let common: string | null = null;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const own = /^[ \t]*/.exec(line)?.[0] ?? '';
    common = common === null ? own : commonPrefix(common, own);
  }
  return common ?? '';
}

/** Removes the common indentation. */
export function dedent(lines: readonly string[]): string[] {
  const { length } = commonIndentation(lines);
  return length === 0 ? [...lines] : lines.map((line) => (line.trim() === '' ? '' : line.slice(length)));
}

/** Whether two pieces of code differ only in their common indentation and surrounding blank lines. */
export function isSameCode(a: string, b: string): boolean {
  const normalize = (code: string) =>
    dedent(code.split(/\r\n|\r|\n/))
      .join('\n')
      .trim();
  return normalize(a) === normalize(b);
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
