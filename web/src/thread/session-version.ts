/** React hook: the version of the open session. It changes with each save: here, in another tab, or by a patch. */
import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { queryKeys } from '../api/queries';
import type { OpenSession } from '../api/session-cache';
import { useEditor } from '../editor/controller';

export function useSessionVersion(): number | undefined {
  const client = useQueryClient();
  const { sessionId } = useEditor();
  return useSyncExternalStore(
    (listener) => client.getQueryCache().subscribe(listener),
    () => client.getQueryData<OpenSession>(queryKeys.session(sessionId))?.session.version_number,
  );
}
