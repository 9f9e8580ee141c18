/** What the page shows of an open session's editor. */
import type { BlockThread, Session } from '../api/types';
import type { OpenThread } from '../thread/open-thread';
import type { Kept } from './drafts/record';
import { IDLE, type SaveState } from './saving/machine';
import type { Theirs } from './saving/saver';

/** What the user has to merge, and the text that both began with. */
export interface Merge {
  mine: string;
  theirs: Theirs;
  base: string;
}

/** What stands over the code until it is dealt with. */
export type Told =
  | { kind: 'restored'; at: number }
  /** The saved text is another one. */
  | { kind: 'elsewhere' };

/** The threads of one mark, and where that is in the window. */
export interface AtMark {
  threads: BlockThread[];
  x: number;
  y: number;
}

/** Where the menu of the code is, and whether it is about a selection. */
export interface AtMenu {
  x: number;
  y: number;
  isSelected: boolean;
}

export interface EditorState {
  save: SaveState;
  isDirty: boolean;
  lineCount: number;
  /** When the code was saved last. */
  savedAt: Date;
  merge: Merge | null;
  told: Told | null;
  /** A text of the user's that another one has replaced. */
  backup: Kept | null;
  open: OpenThread | null;
  /** A mark of several threads that was clicked. */
  choice: AtMark | null;
  /** The mark under the pointer. */
  pointed: AtMark | null;
  /** Whether the user is asked for a line to go to. */
  isGoing: boolean;
  /** Where the menu of the code is open. */
  menu: AtMenu | null;
}

export function initialState(session: Session, lineCount: number): EditorState {
  return {
    save: IDLE,
    isDirty: false,
    lineCount,
    // A new name moves it, too: it is only as near as one can say when the session is opened.
    savedAt: new Date(session.updated_at),
    merge: null,
    told: null,
    backup: null,
    open: null,
    choice: null,
    pointed: null,
    isGoing: false,
    menu: null,
  };
}
