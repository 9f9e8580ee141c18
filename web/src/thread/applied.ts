/** What an answered "apply" means for the text in the editor. */
import type { components } from '../api/schema';

type Applied = components['schemas']['Applied'];

/**
 * - `follow`: the lines changed just now, or by an earlier request whose answer was lost: the editor takes them over.
 * - `known`: the patch was applied before the version that the editor has: nothing is to be done.
 * - `reload`: more was saved than this patch: the editor reads the code.
 */
export type Consequence = 'follow' | 'known' | 'reload';

/** Decides by the version that the editor had when the request was sent. */
export function consequence(had: number, { message, session }: Pick<Applied, 'message' | 'session'>): Consequence {
  const made = message.applied_version ?? session.version_number;
  if (session.version_number > had + 1) return 'reload';
  return made === had + 1 ? 'follow' : 'known';
}
