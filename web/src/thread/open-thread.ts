/** Identifies the open conversation: a stored thread, or a new one. */
import type { Selection } from '../editor/controller';

export type OpenThread =
  | { kind: 'thread'; threadId: string }
  /** `selection` is `null` for the whole file; `ask` is `false` for a note. */
  | {
      kind: 'new';
      selection: Selection | null;
      ask: boolean;
      /** The lines at opening, which keep the key stable while edits move the lines. */
      at?: string;
    };

/** The key of the conversation's draft and activity. */
export function keyOf(open: OpenThread, sessionId: string): string {
  if (open.kind === 'thread') return open.threadId;
  const { selection } = open;
  const at = open.at ?? (selection === null ? 'file' : `${selection.startLine}-${selection.endLine}`);
  return `new.${sessionId}.${at}`;
}
