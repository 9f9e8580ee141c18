/** Downloads a text as a file. */

/** Browsers read the file after the click, and some first ask where to save it. */
const REVOKE_AFTER_MS = 60_000;

/** Downloads a text as UTF-8, byte for byte. The browser adapts the name to the system. */
export function download(name: string, text: string): void {
  // With a text type, browsers add an extension to names without one.
  const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
}
