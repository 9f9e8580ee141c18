/** Writes each licence of the libraries once, with the copyrights of all that have it: a seventh of what Vite collects. */
import type { Plugin } from 'vite';

export const LICENSES = 'licenses.md';

const SECTION = /^## /m;
const COPYRIGHT = /^.*(copyright \(c\)|copyright ©|copyright \d{4}|^\(c\) ).*$/gim;

/** What Vite collects is a section for each library: its name, its version and its licence's kind, then the licence. */
export function grouped(collected: string): string {
  const [head = '', ...sections] = collected.split(SECTION);
  const groups = new Map<string, string[]>();
  for (const section of sections) {
    const [library = '', ...lines] = section.split('\n');
    const body = lines.join('\n');
    const copyrights = (body.match(COPYRIGHT) ?? []).map((line) => line.trim());
    const licence = body
      .replace(COPYRIGHT, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
    // The same words broken into other lines are the same licence.
    const words = licence.replace(/\s+/g, ' ');
    const same = [...groups.keys()].find((other) => other.replace(/\s+/g, ' ') === words) ?? licence;
    groups.set(same, [...(groups.get(same) ?? []), [`- ${library}`, ...copyrights].join('. ')]);
  }
  const parts = [...groups].map(
    ([licence, libraries]) => `## Licence\n\nOf:\n\n${libraries.join('\n')}\n\n${licence}\n`,
  );
  return [head, ...parts].join('\n');
}

export function licenses(): Plugin {
  return {
    name: 'licenses',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const file = bundle[LICENSES];
        if (file?.type !== 'asset') this.error(`Vite has not written ${LICENSES}.`);
        file.source = grouped(String(file.source));
      },
    },
  };
}
