/** The form state of a new session, and the request made from it. */
import type { Language } from '../../api/types';
import { CODE_BYTES } from '../../generated/limits';
import { defaultFileName } from '../languages';
import { decodeFile, type Encoding, MAX_FILE_BYTES, utf8Length } from './decode-file';

export type CodeSource = 'file' | 'paste' | 'empty';

export type ChosenFile =
  | { state: 'reading'; name: string }
  | { state: 'read'; name: string; size: number; text: string; encoding: Encoding }
  | { state: 'refused'; name: string; size: number; reason: 'binary' | 'tooLarge' | 'unreadable' };

export interface Draft {
  source: CodeSource;
  file: ChosenFile | null;
  /** Whether several files were dropped; only one is used. */
  hasIgnoredFiles: boolean;
  pasted: string;
  /** The typed name; `null` while the name is derived. */
  name: string | null;
  /** The chosen language; `null` to detect it. */
  language: Language | null;
}

export const EMPTY_DRAFT: Draft = {
  source: 'file',
  file: null,
  hasIgnoredFiles: false,
  pasted: '',
  name: null,
  language: null,
};

export interface NewFile {
  filename: string;
  code_content: string;
  language_override: Language | null;
}

/** The value of the name field. Pasted code has no default name until a language is chosen. */
export function nameOf(draft: Draft): string {
  if (draft.name !== null) return draft.name;
  if (draft.source === 'file') return draft.file?.name ?? '';
  if (draft.source === 'paste' && draft.language === null) return '';
  return defaultFileName('untitled', draft.language);
}

/** Whether pasted code has neither a name nor a language, so its language is unknown. */
export function isUnidentified(draft: Draft): boolean {
  return draft.source === 'paste' && draft.language === null && nameOf(draft).trim() === '';
}

/** The code of the new session; `undefined` if there is none to send. */
export function textOf(draft: Draft): string | undefined {
  if (draft.source === 'empty') return '';
  if (draft.source === 'file') return draft.file?.state === 'read' ? draft.file.text : undefined;
  return draft.pasted === '' || checkPastedCode(draft.pasted) !== undefined ? undefined : draft.pasted;
}

/** Builds the request body; `undefined` if the draft is incomplete. */
export function buildNewFile(draft: Draft): NewFile | undefined {
  const text = textOf(draft);
  const filename = nameOf(draft).trim();
  if (text === undefined || filename === '') return undefined;
  return { filename, code_content: text, language_override: draft.language };
}

/** Returns why pasted code cannot be saved. */
export function checkPastedCode(text: string): 'tooLarge' | 'broken' | undefined {
  // Each UTF-16 unit has at most three bytes of UTF-8.
  if (text.length * 3 > CODE_BYTES && utf8Length(text) > CODE_BYTES) return 'tooLarge';
  // A lone surrogate has no UTF-8 encoding, and the API rejects it.
  return /\p{Surrogate}/u.test(text) ? 'broken' : undefined;
}

/** Counts lines. A final newline does not start a new line. */
export function countLines(text: string): number {
  let lines = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** Reads a file, unless it is far too large. */
export async function readFile(file: File): Promise<ChosenFile> {
  const { name, size } = file;
  if (size > MAX_FILE_BYTES) return { state: 'refused', name, size, reason: 'tooLarge' };
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { state: 'refused', name, size, reason: 'unreadable' };
  }
  const decoded = decodeFile(bytes);
  if ('refused' in decoded) return { state: 'refused', name, size, reason: decoded.refused };
  return { state: 'read', name, size, ...decoded };
}
