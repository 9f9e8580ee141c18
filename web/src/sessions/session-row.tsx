/** Parts shared by the table row and the card of a session. */
import { Download, Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { Link } from 'react-router';
import type { Session } from '../api/types';
import { formatExactTime, formatRelativeTime } from '../page/format';
import { IconButton } from '../ui/button';
import { Menu, MenuItem } from '../ui/menu';
import { words } from '../words';
import type { Sort } from './session-list';
import { HEADING_ID } from './toolbar';
import { downloadSession } from './use-sessions';

/** Where the focus returns after a dialog: the session's menu, or the heading if the session is gone. */
export function focusTargetFor(session: Session): HTMLElement | null {
  const menu = document.querySelector<HTMLElement>(`[data-menu="${session.session_id}"]`);
  return menu ?? document.getElementById(HEADING_ID);
}

export interface RowsProps {
  sessions: Session[];
  /** Selects the time that is shown. */
  sort: Sort;
  now: Date;
  onRename: (session: Session) => void;
  onDelete: (session: Session) => void;
}

function address(session: Session): string {
  return `/editor/${session.session_id}`;
}

/** Link to a session. It covers its row or card, which must be `relative`. */
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

/** Time of the last activity or creation. It lies above the row's link for its tooltip, so it is a link too. */
export function SessionTime({ session, sort, now }: { session: Session; sort: Sort; now: Date }) {
  const date = new Date(sort === 'created' ? session.created_at : session.last_activity_at);
  return (
    <>
      <time dateTime={date.toISOString()} className="sr-only">
        {formatRelativeTime(date, now)}
      </time>
      <Link
        to={address(session)}
        tabIndex={-1}
        aria-hidden="true"
        title={formatExactTime(date)}
        className="relative z-1"
      >
        {formatRelativeTime(date, now)}
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
