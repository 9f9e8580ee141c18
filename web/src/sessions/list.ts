/** The list of sessions as it is cached: what is in it, and how one change is taken over. */
import type { InfiniteData } from '@tanstack/react-query';
import type { Language, Session } from '../api/types';

export interface SessionPage {
  sessions: Session[];
  cursor?: string;
}

export type SessionList = InfiniteData<SessionPage, unknown>;

/** The most sessions that a user has. */
export const MAX_SESSIONS = 100;

/** The order of the list, the latest first. */
export type Sort = 'updated' | 'created';

/** The language that counts. */
export function languageOf(session: Session): Language {
  return session.language_override ?? session.language_detected;
}

/** All that is loaded. A session that moved to a later page while pages were loaded is in it once. */
export function sessionsIn(list: SessionList): Session[] {
  const all = list.pages.flatMap((page) => page.sessions);
  return [...new Map(all.map((session) => [session.session_id, session])).values()];
}

/** The list with one session changed, such as its name. */
export function withSession(list: SessionList, changed: Session): SessionList {
  return mapped(list, (sessions) =>
    sessions.map((session) => (session.session_id === changed.session_id ? changed : session)),
  );
}

/** The list without one session. */
export function withoutSession(list: SessionList, id: string): SessionList {
  return mapped(list, (sessions) => sessions.filter((session) => session.session_id !== id));
}

function mapped(list: SessionList, change: (sessions: Session[]) => Session[]): SessionList {
  return { ...list, pages: list.pages.map((page) => ({ ...page, sessions: change(page.sessions) })) };
}

/** Whether every word of the filter is in the name or the language. */
export function matches(session: Session, filter: string): boolean {
  const searched = `${session.filename}\n${languageOf(session)}`.normalize().toLowerCase();
  const terms = filter.normalize().toLowerCase().split(/\s+/);
  return terms.every((term) => searched.includes(term));
}
