/** A mark in storage that says which user this browser is signed in as. Tabs learn from it what happened in another one. */

const KEY = 'codesensei.user';

/** `ended`: the sign-in ended by itself, so what is unsaved was kept. `none`: the user signed out, or was never here. */
export type Mark = { kind: 'user'; id: string } | { kind: 'ended'; id: string } | { kind: 'none' };

const ENDED = 'ended ';

/** What the mark says; `undefined` where storage is switched off. */
export function readMark(): Mark | undefined {
  try {
    const value = localStorage.getItem(KEY);
    if (value === null) return { kind: 'none' };
    if (value.startsWith(ENDED)) return { kind: 'ended', id: value.slice(ENDED.length) };
    return { kind: 'user', id: value };
  } catch {
    return undefined;
  }
}

/** Sets the mark, which the other tabs are told of. */
export function writeMark(mark: Mark): void {
  try {
    if (mark.kind === 'none') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, mark.kind === 'ended' ? ENDED + mark.id : mark.id);
  } catch {
    // Each tab then learns it from the server.
  }
}

/** Calls back when another tab changed the mark, or when this tab, which may have slept, is looked at again. */
export function onMark(listener: () => void): () => void {
  const onStorage = ({ key }: StorageEvent) => {
    // Without a key all of the storage was cleared.
    if (key === KEY || key === null) listener();
  };
  const onVisible = () => {
    if (document.visibilityState === 'visible') listener();
  };
  window.addEventListener('storage', onStorage);
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    window.removeEventListener('storage', onStorage);
    document.removeEventListener('visibilitychange', onVisible);
  };
}
