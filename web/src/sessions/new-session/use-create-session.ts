/** Creates a session with progress and cancellation. Retries are idempotent. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { isApiError } from '../../api/error';
import { queryKeys } from '../../api/queries';
import type { components } from '../../api/schema';
import { type OnProgress, sendJson } from '../../api/upload';
import { toastNameChange } from '../use-sessions';
import { ClientIds } from './client-ids';
import type { NewFile } from './draft';

type OneSession = components['schemas']['OneSession'];

async function create(ids: ClientIds, file: NewFile, onProgress: OnProgress, signal: AbortSignal): Promise<OneSession> {
  const post = () =>
    sendJson<OneSession>('POST', '/sessions', { ...file, client_session_id: ids.idFor(file) }, onProgress, signal);
  try {
    return await post();
  } catch (error) {
    // An earlier attempt created the session, and it was deleted since. Create a new one.
    if (!isApiError(error, 'SESSION_NOT_FOUND')) throw error;
    ids.reset();
    return post();
  }
}

/** Whether the user cancelled the upload. */
export function isCancelled(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Aborts a running upload when `isActive` becomes false. */
export function useCreateSession(isActive: boolean) {
  const client = useQueryClient();
  const [percent, setPercent] = useState(0);
  const [ids] = useState(() => new ClientIds());
  const abortController = useRef<AbortController>(null);
  useEffect(() => {
    const stop = () => abortController.current?.abort();
    if (!isActive) stop();
    // Also abort when the page is left.
    return stop;
  }, [isActive]);
  const mutation = useMutation({
    mutationFn: (file: NewFile) => {
      setPercent(0);
      abortController.current = new AbortController();
      return create(ids, file, setPercent, abortController.current.signal);
    },
    onSuccess: ({ session, filename_given }) => {
      ids.reset();
      toastNameChange(session.filename, filename_given);
      void client.invalidateQueries({ queryKey: queryKeys.sessions });
    },
    onError: (error) => {
      // A cancelled upload may still have reached the server.
      if (isCancelled(error)) void client.invalidateQueries({ queryKey: queryKeys.sessions });
    },
  });
  return { ...mutation, percent, stop: () => abortController.current?.abort() };
}
