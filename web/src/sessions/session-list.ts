/** The cached session list and its updates. */
import type { InfiniteData } from '@tanstack/react-query';
import type { Language, Session } from '../api/types';

export interface SessionPage {
  sessions: Session[];
  cursor?: string;
}

export type SessionList = InfiniteData<SessionPage, unknown>;

/** The sort order, latest first. */
export type Sort = 'updated' | 'created';

/** The chosen language, or else the detected one. */
export function languageOf(session: Session): Language {
  return session.language_override ?? session.language_detected;
}

/** All loaded sessions. A session that moved between pages during loading is listed once. */
export function sessionsIn(list: SessionList): Session[] {
  const all = list.pages.flatMap((page) => page.sessions);
  return [...new Map(all.map((session) => [session.session_id, session])).values()];
}

export function replaceSession(list: SessionList, changed: Session): SessionList {
  return mapPages(list, (sessions) =>
    sessions.map((session) => (session.session_id === changed.session_id ? changed : session)),
  );
}

export function removeSession(list: SessionList, id: string): SessionList {
  return mapPages(list, (sessions) => sessions.filter((session) => session.session_id !== id));
}

function mapPages(list: SessionList, change: (sessions: Session[]) => Session[]): SessionList {
  return { ...list, pages: list.pages.map((page) => ({ ...page, sessions: change(page.sessions) })) };
}

/** Whether the name or the language contains every word of the filter. */
export function matchesFilter(session: Session, filter: string): boolean {
  const searched = `${session.filename}\n${languageOf(session)}`.normalize().toLowerCase();
  const terms = filter.normalize().toLowerCase().split(/\s+/);
  return terms.every((term) => searched.includes(term));
}
