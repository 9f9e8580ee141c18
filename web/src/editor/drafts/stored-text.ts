/** Types of locally stored text. */

export interface StoredText {
  text: string;
  /** The version of the saved code that the text is based on. */
  version: number;
  /** When it was stored, in milliseconds. */
  at: number;
  /** Whether the user saved it offline, so that it is sent when the connection is back. */
  isQueued: boolean;
  writer: string;
}

/** The stored form of a text: plain, or base64-encoded gzip. */
export interface StoredRecord extends Omit<StoredText, 'text'> {
  form: 'plain' | 'gzip';
  body: string;
}
