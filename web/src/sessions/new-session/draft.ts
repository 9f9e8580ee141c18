/** What is entered for a new session, and what of it is sent. */
import type { Language } from '../../api/types';
import { nameFor } from '../languages';
import { decodeFile, type Encoding, MAX_BYTES, MAX_FILE_BYTES, utf8Length } from './decode';

/** How a session is started. */
export type Way = 'file' | 'paste' | 'empty';

/** A file that was chosen. */
export type ChosenFile =
  | { state: 'reading'; name: string }
  | { state: 'read'; name: string; size: number; text: string; encoding: Encoding }
  | { state: 'refused'; name: string; size: number; why: 'binary' | 'tooLarge' | 'unreadable' };

export interface Draft {
  way: Way;
  file: ChosenFile | null;
  /** Whether more files were dropped than the one. */
  isOneOfMany: boolean;
  pasted: string;
  /** As it was typed; `null` while the name follows from the rest. */
  name: string | null;
  /** As it was chosen; `null` when it is to be detected. */
  language: Language | null;
}

export const EMPTY_DRAFT: Draft = {
  way: 'file',
  file: null,
  isOneOfMany: false,
  pasted: '',
  name: null,
  language: null,
};

/** What is sent to create a session. */
export interface NewFile {
  filename: string;
  code_content: string;
  language_override: Language | null;
}

/** The name in the field. Pasted code has none until its language is chosen: nothing else tells what it is. */
export function nameOf(draft: Draft): string {
  if (draft.name !== null) return draft.name;
  if (draft.way === 'file') return draft.file?.name ?? '';
  if (draft.way === 'paste' && draft.language === null) return '';
  return nameFor('untitled', draft.language);
}

/** Whether pasted code has neither a name nor a language, so that nothing tells what it is. */
export function isUntold(draft: Draft): boolean {
  return draft.way === 'paste' && draft.language === null && nameOf(draft).trim() === '';
}

/** The text of the new session; `undefined` while there is none to send. */
export function textOf(draft: Draft): string | undefined {
  if (draft.way === 'empty') return '';
  if (draft.way === 'file') return draft.file?.state === 'read' ? draft.file.text : undefined;
  return draft.pasted === '' || pasteProblem(draft.pasted) !== undefined ? undefined : draft.pasted;
}

/** What is sent, if it is complete. */
export function newFile(draft: Draft): NewFile | undefined {
  const text = textOf(draft);
  const filename = nameOf(draft).trim();
  if (text === undefined || filename === '') return undefined;
  return { filename, code_content: text, language_override: draft.language };
}

/** Why pasted code cannot be saved. */
export function pasteProblem(text: string): 'tooLarge' | 'broken' | undefined {
  // A character has at most three bytes in UTF-8 for each unit in memory.
  if (text.length * 3 > MAX_BYTES && utf8Length(text) > MAX_BYTES) return 'tooLarge';
  // Half of a pair has no UTF-8, and JSON with it is refused.
  return /\p{Surrogate}/u.test(text) ? 'broken' : undefined;
}

/** How many lines a text has. A final newline ends the last one, and begins no other. */
export function lineCount(text: string): number {
  let lines = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** Reads a file. One that is far too large is not read at all. */
export async function readFile(file: File): Promise<ChosenFile> {
  const { name, size } = file;
  if (size > MAX_FILE_BYTES) return { state: 'refused', name, size, why: 'tooLarge' };
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { state: 'refused', name, size, why: 'unreadable' };
  }
  const decoded = decodeFile(bytes);
  if ('refused' in decoded) return { state: 'refused', name, size, why: decoded.refused };
  return { state: 'read', name, size, ...decoded };
}
