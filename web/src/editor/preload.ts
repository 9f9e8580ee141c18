/** Preloads the editor before a session is opened. */
import { loadWorkspace } from './load-workspace';

export function preloadEditor(): void {
  // A failed download is retried when a session is opened.
  import('./editor-page').catch(() => undefined);
  loadWorkspace().catch(() => undefined);
}
