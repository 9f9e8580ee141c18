/** What an answered "apply" means for the text in the editor. */
import type { components } from '../api/schema';

type Applied = components['schemas']['Applied'];

/**
 * - `follow`: the lines changed just now, or by an earlier request whose answer was lost: the editor takes them over.
 * - `followed`: the lines changed just now, and the editor has read them while the answer was on its way.
 * - `known`: the patch was applied before the version that the editor has: nothing is to be done.
 * - `reload`: more was saved than this patch: the editor reads the code.
 */
export type Consequence = 'follow' | 'followed' | 'known' | 'reload';

/** Decides by the version that the editor had when the request was sent, and has now that it is answered. */
export function consequence(
  { had, has }: { had: number; has: number },
  { message, session }: Pick<Applied, 'message' | 'session'>,
): Consequence {
  const made = message.applied_version ?? session.version_number;
  if (session.version_number > Math.max(had + 1, has)) return 'reload';
  if (made !== had + 1) return 'known';
  return has >= made ? 'followed' : 'follow';
}
