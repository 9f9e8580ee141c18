/** Loads what an open session needs before one is opened. */
import { loadWorkspace } from './load-workspace';

export function preloadEditor(): void {
  // One that fails is tried again when a session is opened.
  import('./editor-page').catch(() => undefined);
  loadWorkspace().catch(() => undefined);
}
