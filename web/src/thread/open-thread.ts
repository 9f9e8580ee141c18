/** Which conversation the panel shows: one that exists, or one that begins with its first message. */
import type { Selection } from '../editor/controller';

export type OpenThread =
  | { kind: 'thread'; threadId: string }
  /** `selection` is `null` for the whole file; `ask` is false where the user chose to leave a note. */
  | {
      kind: 'new';
      selection: Selection | null;
      ask: boolean;
      /** Where its lines were when it was opened. They move while the code is edited; the conversation stays the same. */
      at?: string;
    };

/** Under which key what is typed for it is kept. */
export function keyOf(open: OpenThread, sessionId: string): string {
  if (open.kind === 'thread') return open.threadId;
  const { selection } = open;
  const at = open.at ?? (selection === null ? 'file' : `${selection.startLine}-${selection.endLine}`);
  return `new.${sessionId}.${at}`;
}
