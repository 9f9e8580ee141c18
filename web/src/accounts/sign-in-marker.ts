/** A marker in localStorage with the signed-in user. It tells other tabs about sign-ins and sign-outs. */

const KEY = 'codesensei.user';

/** `ended`: the sign-in expired and unsaved text was kept. `none`: the user signed out or never signed in. */
export type SignInMarker = { kind: 'user'; id: string } | { kind: 'ended'; id: string } | { kind: 'none' };

const ENDED = 'ended ';

/** Reads the marker; `undefined` if storage is off. */
export function readMarker(): SignInMarker | undefined {
  try {
    const value = localStorage.getItem(KEY);
    if (value === null) return { kind: 'none' };
    if (value.startsWith(ENDED)) return { kind: 'ended', id: value.slice(ENDED.length) };
    return { kind: 'user', id: value };
  } catch {
    return undefined;
  }
}

/** Writes the marker, which notifies the other tabs. */
export function writeMarker(mark: SignInMarker): void {
  try {
    if (mark.kind === 'none') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, mark.kind === 'ended' ? ENDED + mark.id : mark.id);
  } catch {
    // Without storage, each tab asks the server.
  }
}

/** Calls `listener` when another tab changes the marker, or when this tab becomes visible again. */
export function onMarkerChange(listener: () => void): () => void {
  const onStorage = ({ key }: StorageEvent) => {
    // The key is `null` when all storage was cleared.
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
