/** Creates a session: with progress, with a way to stop, and once however often it is sent. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { isApiError } from '../../api/error';
import { keys } from '../../api/queries';
import type { components } from '../../api/schema';
import { type Progress, send } from '../../api/upload';
import { tellName } from '../use-sessions';
import { ClientIds } from './client-ids';
import type { NewFile } from './draft';

type OneSession = components['schemas']['OneSession'];

async function create(ids: ClientIds, file: NewFile, onProgress: Progress, signal: AbortSignal): Promise<OneSession> {
  const post = () =>
    send<OneSession>('POST', '/sessions', { ...file, client_session_id: ids.of(file) }, onProgress, signal);
  try {
    return await post();
  } catch (error) {
    // An earlier try created it, and it was deleted since: this is to be a new one.
    if (!isApiError(error, 'SESSION_NOT_FOUND')) throw error;
    ids.forget();
    return post();
  }
}

/** Whether it was the user who ended the upload. */
export function isStop(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** `isWanted`: whether the user still waits for it. Otherwise an upload under way is stopped. */
export function useCreateSession(isWanted: boolean) {
  const client = useQueryClient();
  const [percent, setPercent] = useState(0);
  const [ids] = useState(() => new ClientIds());
  const stopper = useRef<AbortController>(null);
  useEffect(() => {
    const stop = () => stopper.current?.abort();
    if (!isWanted) stop();
    // Or the page is left, as by Back.
    return stop;
  }, [isWanted]);
  const mutation = useMutation({
    mutationFn: (file: NewFile) => {
      setPercent(0);
      stopper.current = new AbortController();
      return create(ids, file, setPercent, stopper.current.signal);
    },
    onSuccess: ({ session, filename_given }) => {
      ids.forget();
      tellName(session.filename, filename_given);
      void client.invalidateQueries({ queryKey: keys.sessions });
    },
    onError: (error) => {
      // A stopped upload may have arrived all the same.
      if (isStop(error)) void client.invalidateQueries({ queryKey: keys.sessions });
    },
  });
  return { ...mutation, percent, stop: () => stopper.current?.abort() };
}
