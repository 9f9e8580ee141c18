/** Loads the workspace together with Monaco. */
export function loadWorkspace() {
  return import('./workspace');
}
