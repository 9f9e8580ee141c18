/** The browser's history, in which a page may hold a navigation back: the editor does for unsaved text. */
import { UNSAFE_createBrowserHistory as createBrowserHistory } from 'react-router';

/** May hold back what would leave a page, and does it later. */
export interface Guard {
  /** Asked before an entry is added. Answers whether that is held. */
  holdsPush(path: string, push: () => void): boolean;
  /** Asked after a step back or forward, which the browser has taken by then. Answers whether it is held. */
  holdsStep(path: string): boolean;
  holdsSignOut(signOut: () => void): boolean;
  /** The entry that the browser is at is shown now. */
  shown(): void;
}

type BrowserHistory = ReturnType<typeof createBrowserHistory>;

let guard: Guard | null = null;

/** Puts a guard before every navigation. Answers how to take it away. Redirects are not asked for. */
export function guardNavigation(next: Guard): () => void {
  guard = next;
  return () => {
    if (guard === next) guard = null;
  };
}

/** Signs out, unless the guard holds that back. */
export function guardSignOut(signOut: () => void): void {
  if (!guard?.holdsSignOut(signOut)) signOut();
}

/** The history of a router. */
export function guardedHistory(): BrowserHistory {
  const inner = createBrowserHistory({ v5Compat: true });
  // What is not guarded is the inner one's.
  const guarded: BrowserHistory = Object.create(inner);

  guarded.push = (to, state) => {
    const path = new URL(inner.createHref(to), window.location.href).pathname;
    const push = () => inner.push(to, state);
    if (!guard?.holdsPush(path, push)) push();
  };

  guarded.listen = (listener) =>
    inner.listen((update) => {
      if (update.action === 'POP' && guard?.holdsStep(update.location.pathname)) return;
      guard?.shown();
      listener(update);
    });

  return guarded;
}
