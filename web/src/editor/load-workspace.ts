/** Monaco and all that needs it. */
export function loadWorkspace() {
  return import('./workspace');
}
