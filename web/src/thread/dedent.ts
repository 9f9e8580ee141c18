/** Code in a narrow place: the indentation that all its lines have takes no room. */

/** The white space that all lines begin with which are not blank. */
export function indentation(lines: readonly string[]): string {
  let common: string | null = null;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const own = /^[ \t]*/.exec(line)?.[0] ?? '';
    common = common === null ? own : shared(common, own);
  }
  return common ?? '';
}

/** The lines without it. */
export function dedented(lines: readonly string[]): string[] {
  const { length } = indentation(lines);
  return length === 0 ? [...lines] : lines.map((line) => (line.trim() === '' ? '' : line.slice(length)));
}

/** Whether two pieces of code differ in nothing but their indentation as a whole and the lines around them. */
export function isSameCode(a: string, b: string): boolean {
  const bare = (code: string) =>
    dedented(code.split(/\r\n|\r|\n/))
      .join('\n')
      .trim();
  return bare(a) === bare(b);
}

function shared(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
