/** Decides how the editor follows an applied patch. */
import type { components } from '../api/schema';

type ApplyResponse = components['schemas']['Applied'];

/**
 * - `apply-lines`: this request, or an earlier one with a lost response, applied the patch. The editor applies it too.
 * - `already-loaded`: the patch was applied, and the editor loaded the new version before the response.
 * - `already-applied`: an earlier version already had the patch. Nothing to do.
 * - `reload`: more than this patch was saved. The editor reloads the code.
 */
export type ApplyEffect = 'apply-lines' | 'already-loaded' | 'already-applied' | 'reload';

/** Compares the editor's versions at the request and at the response with the applied version. */
export function applyEffect(
  { had, has }: { had: number; has: number },
  { message, session }: Pick<ApplyResponse, 'message' | 'session'>,
): ApplyEffect {
  const appliedVersion = message.applied_version ?? session.version_number;
  if (session.version_number > Math.max(had + 1, has)) return 'reload';
  if (appliedVersion !== had + 1) return 'already-applied';
  return has >= appliedVersion ? 'already-loaded' : 'apply-lines';
}
