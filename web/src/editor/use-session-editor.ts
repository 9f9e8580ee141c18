/** React hooks for the session editor. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react';
import { queryKeys } from '../api/queries';
import { type OpenSession, setSession } from '../api/session-cache';
import type { Language, Session } from '../api/types';
import { toastError } from '../page/error-notice';
import { toast } from '../ui/toast';
import { words } from '../words';
import { toMonacoLanguage } from './monaco/languages';
import { type OpenedSession, openSession, patchMetadata } from './session-api';
import { SessionEditor } from './session-editor';
import type { EditorState } from './state';

/** The current session and its threads. */
export function useOpenSession({ session, threads }: OpenedSession): OpenSession {
  const id = session.session_id;
  const { data } = useQuery<OpenSession>({
    queryKey: queryKeys.session(id),
    queryFn: async () => {
      const now = await openSession(id);
      return { session: now.session, threads: now.threads };
    },
    initialData: { session, threads },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data;
}

/** Creates the editor in an element, and disposes it on unmount. */
export function useSessionEditor(
  node: RefObject<HTMLDivElement | null>,
  opened: OpenedSession,
  userId: string,
): SessionEditor | null {
  const client = useQueryClient();
  const [editor, setEditor] = useState<SessionEditor | null>(null);
  useEffect(() => {
    if (node.current === null) return;
    const { language_override, language_detected } = opened.session;
    const language = toMonacoLanguage(language_override ?? language_detected);
    const created = new SessionEditor({ node: node.current, opened, userId, language, client });
    setEditor(created);
    // An empty file has nothing to read first.
    if (opened.code === '') created.focus();
    return () => {
      setEditor(null);
      created.dispose();
    };
  }, [node, opened, userId, client]);
  return editor;
}

const NO_SUBSCRIPTION = () => () => undefined;
const NO_STATE = () => null;

export function useEditorState(editor: SessionEditor | null): EditorState | null {
  return useSyncExternalStore<EditorState | null>(
    editor?.state.subscribe ?? NO_SUBSCRIPTION,
    editor === null ? NO_STATE : editor.state.get,
  );
}

/** Saves on Ctrl+S or Cmd+S anywhere, instead of the browser's "Save page". */
export function useSaveKey(editor: SessionEditor): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isSave = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 's';
      if (!isSave) return;
      event.preventDefault();
      void editor.saveNow();
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [editor]);
}

/** Returns functions that change the name and the language. */
export function useEditMetadata({ session_id }: Session) {
  const client = useQueryClient();
  async function rename(filename: string): Promise<void> {
    const { session, filename_given } = await patchMetadata(session_id, { filename });
    setSession(client, session);
    if (filename_given !== undefined) toast('info', words.editor.nameChanged(filename_given, session.filename));
  }
  async function setLanguage(language_override: Language | null): Promise<void> {
    try {
      setSession(client, (await patchMetadata(session_id, { language_override })).session);
    } catch (error) {
      toastError(error, () => void setLanguage(language_override), session_id);
    }
  }
  return { rename, setLanguage: (language: Language | null) => void setLanguage(language) };
}
