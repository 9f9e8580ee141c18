/** Browser history with a navigation guard. The editor uses it to protect unsaved text. */
import { UNSAFE_createBrowserHistory as createBrowserHistory } from 'react-router';

/** Can block a navigation and repeat it later. */
export interface NavigationGuard {
  /** Called before a new entry is added. Returns whether it is blocked. */
  blocksPush(path: string, push: () => void): boolean;
  /** Called after the browser stepped back or forward. Returns whether the step is blocked. */
  blocksStep(path: string): boolean;
  blocksSignOut(signOut: () => void): boolean;
  /** Called when the page shows the browser's current entry. */
  onEntryShown(): void;
}

type BrowserHistory = ReturnType<typeof createBrowserHistory>;

let guard: NavigationGuard | null = null;

/** Installs a guard for all navigations except redirects. Returns the function that removes it. */
export function guardNavigation(next: NavigationGuard): () => void {
  guard = next;
  return () => {
    if (guard === next) guard = null;
  };
}

/** Signs out, unless the guard blocks it. */
export function guardSignOut(signOut: () => void): void {
  if (!guard?.blocksSignOut(signOut)) signOut();
}

export function createGuardedHistory(): BrowserHistory {
  const inner = createBrowserHistory({ v5Compat: true });
  // All other members are inherited.
  const guarded: BrowserHistory = Object.create(inner);

  guarded.push = (to, state) => {
    const path = new URL(inner.createHref(to), window.location.href).pathname;
    const push = () => inner.push(to, state);
    if (!guard?.blocksPush(path, push)) push();
  };

  guarded.listen = (listener) =>
    inner.listen((update) => {
      if (update.action === 'POP' && guard?.blocksStep(update.location.pathname)) return;
      guard?.onEntryShown();
      listener(update);
    });

  return guarded;
}
