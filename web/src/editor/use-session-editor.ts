/** The editor of a session, as components use it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react';
import { keys } from '../api/queries';
import { type OpenSession, setSession } from '../api/session-cache';
import type { Language, Session } from '../api/types';
import { toastError } from '../page/failure';
import { toast } from '../ui/toast';
import { words } from '../words';
import { monacoLanguage } from './monaco/languages';
import { type Opened, openSession, patchMetadata } from './session-api';
import { SessionEditor } from './session-editor';
import type { EditorState } from './state';

/** The session's head and threads as they are now. */
export function useOpenSession({ session, threads }: Opened): OpenSession {
  const id = session.session_id;
  const { data } = useQuery<OpenSession>({
    queryKey: keys.session(id),
    queryFn: async () => {
      const now = await openSession(id);
      return { session: now.session, threads: now.threads };
    },
    initialData: { session, threads },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data;
}

/** The editor in an element, as long as it is shown. */
export function useSessionEditor(
  node: RefObject<HTMLDivElement | null>,
  opened: Opened,
  userId: string,
): SessionEditor | null {
  const client = useQueryClient();
  const [editor, setEditor] = useState<SessionEditor | null>(null);
  useEffect(() => {
    if (node.current === null) return;
    const { language_override, language_detected } = opened.session;
    const language = monacoLanguage(language_override ?? language_detected);
    const made = new SessionEditor({ node: node.current, opened, userId, language, client });
    setEditor(made);
    // There is nothing to read first.
    if (opened.code === '') made.focus();
    return () => {
      setEditor(null);
      made.dispose();
    };
  }, [node, opened, userId, client]);
  return editor;
}

const NEVER = () => () => undefined;
const NOTHING = () => null;

export function useEditorState(editor: SessionEditor | null): EditorState | null {
  return useSyncExternalStore<EditorState | null>(
    editor?.state.subscribe ?? NEVER,
    editor === null ? NOTHING : editor.state.get,
  );
}

/** Ctrl+S or Cmd+S saves wherever the focus is, and never the page itself. */
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

/** Changes the name and the language. */
export function useMetadata({ session_id }: Session) {
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
