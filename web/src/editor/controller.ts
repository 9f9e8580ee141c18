/** The interface that the conversation panel uses to control the editor. The panel does not use Monaco directly. */
import { createContext, useContext } from 'react';
import type { Session, Thread } from '../api/types';

/** Selected lines, counted from 1 with the last one included, and the selected text. */
export interface Selection {
  startLine: number;
  endLine: number;
  text: string;
}

/** The result of a save. */
export type SaveOutcome =
  | { kind: 'saved'; session: Session }
  /** There was nothing to save. */
  | { kind: 'clean' }
  /** Not saved yet: the merge view is open, or the save waits for the connection. */
  | { kind: 'held' };

export interface EditorController {
  readonly sessionId: string;
  /** The version that the editor's text is based on. */
  version(): number;
  /** The text as it would be saved, with its original line endings. */
  text(): string;
  isDirty(): boolean;
  /** The Monaco language id of the file, for code shown elsewhere. */
  languageId(): string;
  /** Saves unsaved changes. Throws an `ApiError` for any error except a conflict. */
  save(): Promise<SaveOutcome>;
  /** Applies the server's replacement of the lines as an undoable edit, with its session and threads. */
  applyLines(startLine: number, endLine: number, replacement: string, session: Session, threads: Thread[]): void;
  /** Undoes the last edit, without saving. */
  undo(): void;
  redo(): void;
  /** Reloads the code after a version change. Opens the merge view if there is unsaved text. */
  reload(): Promise<void>;
  reveal(startLine: number, endLine: number): void;
  focus(): void;
}

export const EditorContext = createContext<EditorController | null>(null);

/** Returns the editor of the surrounding workspace. */
export function useEditor(): EditorController {
  const controller = useContext(EditorContext);
  if (controller === null) throw new Error('Use `useEditor` only inside `EditorContext`.');
  return controller;
}
