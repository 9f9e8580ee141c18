/** Applying a patch: what is unsaved is saved first, the server applies it to the saved code, and the editor follows. */
import type { QueryClient } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { isApiError } from '../api/error';
import type { AiMessage, Patch, Session } from '../api/types';
import type { EditorController } from '../editor/controller';
import { toastError } from '../page/failure';
import { toast } from '../ui/toast';
import { words } from '../words';
import { consequence } from './applied';
import { putMessages } from './messages';

interface Place {
  client: QueryClient;
  editor: EditorController;
}

/** Why a patch was refused for good, in the server's words; `null` when it is applied or may be tried again. */
export type Refusal = string | null;

export async function applyPatch(place: Place, answer: AiMessage, patch: Patch): Promise<Refusal> {
  try {
    return await applied(place, answer, patch);
  } catch (error) {
    if (isApiError(error, 'PATCH_CONFLICT')) return error.message;
    if (isApiError(error, 'VERSION_CONFLICT')) {
      toast('warning', words.thread.changed, { description: words.thread.reloaded });
      await place.editor.reload();
      return null;
    }
    toastError(error, () => void applyPatch(place, answer, patch), place.editor.sessionId);
    return null;
  }
}

async function applied({ client, editor }: Place, answer: AiMessage, patch: Patch): Promise<Refusal> {
  if (editor.isDirty() && (await editor.save()).kind === 'held') {
    toast('warning', words.thread.notAppliedHeld, { description: words.thread.notAppliedHeldNext });
    return null;
  }
  const had = editor.version();
  const params = { path: { thread_id: answer.thread_id, message_id: answer.message_id } };
  const body = { expected_version_number: had };
  const now = await data(api.POST('/threads/{thread_id}/messages/{message_id}/apply', { params, body }));
  await putMessages(client, answer.thread_id, now.message);
  switch (consequence({ had, has: editor.version() }, now)) {
    case 'follow': {
      const before = editor.text();
      editor.applyLines(now.start_line, now.end_line, patch.replacement, now.session, now.threads);
      tellApplied(editor, now.session, before);
      break;
    }
    case 'followed':
      toast('success', words.thread.patchApplied, toldOf(now.session));
      break;
    case 'known':
      toast('info', words.thread.wasApplied(now.message.applied_version ?? had));
      break;
    case 'reload':
      toast('info', words.thread.wasApplied(now.message.applied_version ?? had));
      await editor.reload();
  }
  return null;
}

/** A phone has no keys to undo with, so what tells of the patch takes it back, too. */
function tellApplied(editor: EditorController, session: Session, before: string): void {
  const { version_number: version } = session;
  const isAsMade = () => editor.version() === version && !editor.isDirty();
  const undo = async () => {
    // What would be undone is another edit by now.
    if (!isAsMade()) return toast('warning', words.thread.notUndone);
    try {
      editor.undo();
      // The last step may be another one, such as line ends that were mended.
      if (editor.text() !== before) {
        editor.redo();
        return toast('warning', words.thread.notUndone);
      }
      const saved = await editor.save();
      if (saved.kind === 'saved') toast('success', words.thread.patchUndone, toldOf(saved.session));
    } catch (error) {
      toastError(error);
    }
  };
  const action = isAsMade() ? { label: words.editor.undo, onClick: () => void undo() } : undefined;
  toast('success', words.thread.patchApplied, { ...toldOf(session), action, owner: editor.sessionId });
}

function toldOf({ filename, version_number }: Pick<Session, 'filename' | 'version_number'>) {
  return { description: words.thread.patchAppliedText(filename, version_number) };
}
