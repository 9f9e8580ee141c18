/** The addresses of the page's own paths, as the server has them (`is_own` in `cli/src/page.rs`). */

const OWN = /^\/(about|login|signup|dashboard|settings|editor\/[^/]+)?$/;

/** The one address of the path, which may have been written in another way; `null` where there is no page. */
export function ownAddress(path: string): string | null {
  const own = path === '/index.html' ? '/' : path.replace(/(?<=[^/])\/$/, '');
  return OWN.test(own) ? own : null;
}
