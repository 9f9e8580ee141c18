/** An open session as the page knows it: its head and its threads. Its code is in the editor, which may be ahead. */
import type { QueryClient } from '@tanstack/react-query';
import { keys } from './queries';
import type { Session, Thread } from './types';

/** What is cached under `keys.session(id)`. */
export interface OpenSession {
  session: Session;
  threads: Thread[];
}

/** Takes over the head and, where they came with it, the threads. */
export function setSession(client: QueryClient, session: Session, threads?: Thread[]): void {
  client.setQueryData<OpenSession>(keys.session(session.session_id), (known) => ({
    session,
    threads: threads ?? known?.threads ?? [],
  }));
  // The list shows when it was changed, and how many threads it has.
  void client.invalidateQueries({ queryKey: keys.sessions });
}

/** Changes the threads of a session that is open, such as the last message of one. */
export function changeThreads(client: QueryClient, sessionId: string, change: (threads: Thread[]) => Thread[]): void {
  client.setQueryData<OpenSession>(
    keys.session(sessionId),
    (known) => known && { ...known, threads: change(known.threads) },
  );
  void client.invalidateQueries({ queryKey: keys.sessions });
}
