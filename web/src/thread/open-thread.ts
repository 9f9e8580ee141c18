/** Which conversation the panel shows: one that exists, or one that begins with its first message. */
import type { Selection } from '../editor/controller';

export type OpenThread =
  | { kind: 'thread'; threadId: string }
  /** `selection` is `null` for the whole file; `ask` is false where the user chose to leave a note. */
  | { kind: 'new'; selection: Selection | null; ask: boolean };
