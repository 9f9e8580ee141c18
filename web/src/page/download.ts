/** Giving the user a file to keep. */

/** The browser reads the file after the click, and some ask first where to put it. */
const READ_IN = 60_000;

/** Downloads a text, byte for byte in UTF-8. The browser makes of the name one that its system can take. */
export function download(name: string, text: string): void {
  // As text, a file without an extension would get one.
  const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), READ_IN);
}
