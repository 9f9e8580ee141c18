/** What the table and the cards show of a session. */
import { Download, Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { Link } from 'react-router';
import type { Session } from '../api/types';
import { exactTime, relativeTime } from '../page/format';
import { IconButton } from '../ui/button';
import { Menu, MenuItem } from '../ui/menu';
import { words } from '../words';
import type { Sort } from './list';
import { HEADING } from './toolbar';
import { downloadSession } from './use-sessions';

/** Where the focus returns to when a dialog of a session closes: its menu, or the heading if the session is gone. */
export function focusOf(session: Session): HTMLElement | null {
  const menu = document.querySelector<HTMLElement>(`[data-menu="${session.session_id}"]`);
  return menu ?? document.getElementById(HEADING);
}

export interface RowsProps {
  sessions: Session[];
  /** Says which time is shown. */
  sort: Sort;
  now: Date;
  onRename: (session: Session) => void;
  onDelete: (session: Session) => void;
}

function address(session: Session): string {
  return `/editor/${session.session_id}`;
}

/** The link that opens a session. It covers the row or card that it is in, which is to be `relative`. */
export function NameLink({ session }: { session: Session }) {
  return (
    <Link
      to={address(session)}
      data-session={session.session_id}
      title={session.filename}
      className="block truncate rounded-[4px] font-semibold outline-none after:absolute after:inset-0 after:rounded-md focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent-text"
    >
      <bdi dir="ltr">{session.filename}</bdi>
    </Link>
  );
}

/** When a session was used last or made. It lies over the row's link for its tooltip, and so is that link too. */
export function TimeOf({ session, sort, now }: { session: Session; sort: Sort; now: Date }) {
  const date = new Date(sort === 'created' ? session.created_at : session.last_activity_at);
  return (
    <>
      <time dateTime={date.toISOString()} className="sr-only">
        {relativeTime(date, now)}
      </time>
      <Link to={address(session)} tabIndex={-1} aria-hidden="true" title={exactTime(date)} className="relative z-1">
        {relativeTime(date, now)}
      </Link>
    </>
  );
}

interface RowMenuProps {
  session: Session;
  onRename: (session: Session) => void;
  onDelete: (session: Session) => void;
}

export function RowMenu({ session, onRename, onDelete }: RowMenuProps) {
  return (
    <Menu
      trigger={
        <IconButton
          label={words.sessions.actionsFor(session.filename)}
          title={words.sessions.columns.menu}
          className="relative z-1"
          data-menu={session.session_id}
        >
          <Ellipsis size={16} />
        </IconButton>
      }
    >
      <MenuItem icon={<Pencil size={16} />} onSelect={() => onRename(session)}>
        {words.sessions.rename}
      </MenuItem>
      <MenuItem icon={<Download size={16} />} onSelect={() => void downloadSession(session)}>
        {words.sessions.download}
      </MenuItem>
      <MenuItem icon={<Trash2 size={16} />} isDanger onSelect={() => onDelete(session)}>
        {words.sessions.delete}
      </MenuItem>
    </Menu>
  );
}
