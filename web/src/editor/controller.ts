/** What the conversation beside the editor may ask of it. The editor implements it; the panel knows nothing else of Monaco. */
import { createContext, useContext } from 'react';
import type { Session, Thread } from '../api/types';

/** Lines as people count them: from 1, the last one included, with the text as it was selected. */
export interface Selection {
  startLine: number;
  endLine: number;
  text: string;
}

/** How a save went. */
export type SaveOutcome =
  | { kind: 'saved'; session: Session }
  /** There was nothing to save. */
  | { kind: 'clean' }
  /** The merge view is open, or the save waits for the connection: nothing is saved yet. */
  | { kind: 'held' };

export interface EditorController {
  readonly sessionId: string;
  /** The version that the editor's text is based on. */
  version(): number;
  /** The text as it would be saved, with its own line ends. */
  text(): string;
  isDirty(): boolean;
  /** The Monaco language of the file, for code that is shown elsewhere. */
  monacoLanguage(): string;
  /** Saves what is unsaved. Throws an `ApiError` when it is refused for another reason than a conflict. */
  save(): Promise<SaveOutcome>;
  /** Takes over what the server made of the lines, with undo kept, and the session and threads that came with it. */
  applyLines(startLine: number, endLine: number, replacement: string, session: Session, threads: Thread[]): void;
  /** Takes the last edit of the text back. It is not saved yet then. */
  undo(): void;
  /** Makes that edit again. */
  redo(): void;
  /** The saved code has another version than this page knows: reads it, and opens the merge view if there is unsaved text. */
  reload(): Promise<void>;
  /** Shows some lines. */
  reveal(startLine: number, endLine: number): void;
  /** Puts the focus back into the code. */
  focus(): void;
}

export const EditorContext = createContext<EditorController | null>(null);

/** The editor around a component. */
export function useEditor(): EditorController {
  const controller = useContext(EditorContext);
  if (controller === null) throw new Error('There is no editor around this component.');
  return controller;
}
