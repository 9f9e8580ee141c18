/** Titles and order of conversations by their lines. */
import type { Selection } from '../editor/controller';
import { words } from '../words';

/** First and last line; `null` stands for the whole file. */
export interface Lines {
  start: number;
  end: number;
}

interface ThreadLines {
  type: 'block' | 'file';
  start_line?: number;
  end_line?: number;
}

/** The lines of a thread; `null` for the whole file. */
export function linesOf(thread: ThreadLines): Lines | null {
  if (thread.type === 'file' || thread.start_line === undefined || thread.end_line === undefined) return null;
  return { start: thread.start_line, end: thread.end_line };
}

/** The lines of a selection; `null` for the whole file. */
export function linesOfSelection(selection: Selection | null): Lines | null {
  return selection && { start: selection.startLine, end: selection.endLine };
}

/** "Lines 33–35", "Line 41" or "Whole file". */
export function linesTitle(lines: Lines | null): string {
  if (lines === null) return words.thread.wholeFile;
  return lines.start === lines.end ? words.thread.line(lines.start) : words.thread.lines(lines.start, lines.end);
}

interface ListedThread extends ThreadLines {
  created_at: string;
}

/** Sorts the whole file first, then by line, then oldest first. */
export function compareByLine(a: ListedThread, b: ListedThread): number {
  const [one, other] = [linesOf(a), linesOf(b)];
  return (
    (one?.start ?? 0) - (other?.start ?? 0) ||
    (one?.end ?? 0) - (other?.end ?? 0) ||
    a.created_at.localeCompare(b.created_at)
  );
}
