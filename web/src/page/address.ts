/** The page's own paths, equal to the server's (`is_own` in `cli/src/page.rs`). */

const PAGE_PATH = /^\/(about|login|signup|dashboard|settings|editor\/[^/]+)?$/;

/** Returns the canonical path, or `null` if the path is not a page. */
export function canonicalPath(path: string): string | null {
  const own = path === '/index.html' ? '/' : path.replace(/(?<=[^/])\/$/, '');
  return PAGE_PATH.test(own) ? own : null;
}
