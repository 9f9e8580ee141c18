/** The observable state of the editor. */
import type { BlockThread, Session } from '../api/types';
import type { OpenThread } from '../thread/open-thread';
import type { StoredText } from './drafts/stored-text';
import { IDLE, type SaveState } from './saving/save-state';
import type { ServerText } from './saving/saver';

/** The three texts of a merge. */
export interface Merge {
  mine: string;
  theirs: ServerText;
  base: string;
}

/** A notice above the code. */
export type EditorNotice =
  | { kind: 'restored'; at: number }
  /** The server has a different text. */
  | { kind: 'elsewhere' };

/** The threads of one mark, and its position in the window. */
export interface MarkTarget {
  threads: BlockThread[];
  x: number;
  y: number;
}

/** The position of the context menu, and whether it is about a selection. */
export interface MenuTarget {
  x: number;
  y: number;
  isSelected: boolean;
}

export interface EditorState {
  save: SaveState;
  isDirty: boolean;
  lineCount: number;
  savedAt: Date;
  merge: Merge | null;
  notice: EditorNotice | null;
  /** The text that another one replaced. */
  backup: StoredText | null;
  open: OpenThread | null;
  /** The clicked mark, if it has several threads. */
  clickedMark: MarkTarget | null;
  hoveredMark: MarkTarget | null;
  isGoToLineOpen: boolean;
  /** The open context menu. */
  menu: MenuTarget | null;
}

export function initialState(session: Session, lineCount: number): EditorState {
  return {
    save: IDLE,
    isDirty: false,
    lineCount,
    // An approximation on opening: a rename also changes `updated_at`.
    savedAt: new Date(session.updated_at),
    merge: null,
    notice: null,
    backup: null,
    open: null,
    clickedMark: null,
    hoveredMark: null,
    isGoToLineOpen: false,
    menu: null,
  };
}
