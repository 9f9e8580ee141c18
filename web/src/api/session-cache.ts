/** The cached head and threads of an open session. The editor holds the code, which may be newer. */
import type { QueryClient } from '@tanstack/react-query';
import { queryKeys } from './queries';
import type { Session, Thread } from './types';

/** The value cached under `queryKeys.session(id)`. */
export interface OpenSession {
  session: Session;
  threads: Thread[];
}

/** Caches the head, and the threads if they are given. */
export function setSession(client: QueryClient, session: Session, threads?: Thread[]): void {
  client.setQueryData<OpenSession>(queryKeys.session(session.session_id), (cached) => ({
    session,
    threads: threads ?? cached?.threads ?? [],
  }));
  // The list shows the time of the last change and the number of threads.
  void client.invalidateQueries({ queryKey: queryKeys.sessions });
}

/** Updates the cached threads of an open session. */
export function updateThreads(client: QueryClient, sessionId: string, change: (threads: Thread[]) => Thread[]): void {
  client.setQueryData<OpenSession>(
    queryKeys.session(sessionId),
    (cached) => cached && { ...cached, threads: change(cached.threads) },
  );
  void client.invalidateQueries({ queryKey: queryKeys.sessions });
}
