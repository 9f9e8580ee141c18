/** What is kept of an unsaved text. */

export interface Kept {
  text: string;
  /** The version of the saved code that the text was made from. */
  version: number;
  /** When it was kept, in milliseconds. */
  at: number;
  /** Whether it was saved without a connection, and goes out when there is one. */
  isQueued: boolean;
  /** The page that wrote it. */
  writer: string;
}

/** A kept text as it is stored: as it is, or as base64 of its gzip. */
export interface StoredRecord extends Omit<Kept, 'text'> {
  form: 'plain' | 'gzip';
  body: string;
}
