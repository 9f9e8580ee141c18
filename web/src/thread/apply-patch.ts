/** Applies a patch: saves unsaved text, lets the server apply the patch, and updates the editor. */
import type { QueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../api/client';
import { isApiError } from '../api/error';
import type { AiMessage, Patch, Session } from '../api/types';
import type { EditorController } from '../editor/controller';
import { toastError } from '../page/error-notice';
import { toast } from '../ui/toast';
import { words } from '../words';
import { applyEffect } from './apply-effect';
import { putMessages } from './messages';

interface ApplyContext {
  client: QueryClient;
  editor: EditorController;
}

/** The server's reason to reject a patch permanently; `null` if it was applied or can be retried. */
export type Refusal = string | null;

export async function applyPatch(context: ApplyContext, answer: AiMessage, patch: Patch): Promise<Refusal> {
  try {
    return await requestApply(context, answer, patch);
  } catch (error) {
    if (isApiError(error, 'PATCH_CONFLICT')) return error.message;
    if (isApiError(error, 'VERSION_CONFLICT')) {
      toast('warning', words.thread.changed, { description: words.thread.reloaded });
      await context.editor.reload();
      return null;
    }
    toastError(error, () => void applyPatch(context, answer, patch), context.editor.sessionId);
    return null;
  }
}

async function requestApply({ client, editor }: ApplyContext, answer: AiMessage, patch: Patch): Promise<Refusal> {
  if (editor.isDirty() && (await editor.save()).kind === 'held') {
    toast('warning', words.thread.notAppliedHeld, { description: words.thread.notAppliedHeldNext });
    return null;
  }
  const versionSent = editor.version();
  const params = { path: { thread_id: answer.thread_id, message_id: answer.message_id } };
  const body = { expected_version_number: versionSent };
  const response = await unwrap(api.POST('/threads/{thread_id}/messages/{message_id}/apply', { params, body }));
  await putMessages(client, answer.thread_id, response.message);
  switch (applyEffect({ had: versionSent, has: editor.version() }, response)) {
    case 'apply-lines': {
      const before = editor.text();
      editor.applyLines(response.start_line, response.end_line, patch.replacement, response.session, response.threads);
      toastApplied(editor, response.session, before);
      break;
    }
    case 'already-loaded':
      toast('success', words.thread.patchApplied, versionDescription(response.session));
      break;
    case 'already-applied':
      toast('info', words.thread.wasApplied(response.message.applied_version ?? versionSent));
      break;
    case 'reload':
      toast('info', words.thread.wasApplied(response.message.applied_version ?? versionSent));
      await editor.reload();
  }
  return null;
}

/** Shows a toast with an undo action, which phones need because they have no undo shortcut. */
function toastApplied(editor: EditorController, session: Session, before: string): void {
  const { version_number: version } = session;
  const isUnchanged = () => editor.version() === version && !editor.isDirty();
  const undo = async () => {
    // After another edit, undo would revert that edit instead.
    if (!isUnchanged()) return toast('warning', words.thread.notUndone);
    try {
      editor.undo();
      // The last undo step may be a different edit, such as replaced surrogates.
      if (editor.text() !== before) {
        editor.redo();
        return toast('warning', words.thread.notUndone);
      }
      const saved = await editor.save();
      if (saved.kind === 'saved') toast('success', words.thread.patchUndone, versionDescription(saved.session));
    } catch (error) {
      toastError(error);
    }
  };
  const action = isUnchanged() ? { label: words.editor.undo, onClick: () => void undo() } : undefined;
  toast('success', words.thread.patchApplied, { ...versionDescription(session), action, owner: editor.sessionId });
}

function versionDescription({ filename, version_number }: Pick<Session, 'filename' | 'version_number'>) {
  return { description: words.thread.patchAppliedText(filename, version_number) };
}
