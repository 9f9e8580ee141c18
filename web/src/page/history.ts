/** The browser's history, in which a page may hold a navigation back: the editor does for unsaved text. */
import { UNSAFE_createBrowserHistory as createBrowserHistory } from 'react-router';

/** Asked before another path is shown, or the user signs out. Answers whether it holds that back; `leave` does it after all. */
type Guard = (leave: () => void, isSignOut: boolean) => boolean;

type BrowserHistory = ReturnType<typeof createBrowserHistory>;

let guard: Guard | null = null;

/** Puts a guard before every navigation to another path. Answers how to take it away. Redirects are not asked for. */
export function guardNavigation(next: Guard): () => void {
  guard = next;
  return () => {
    if (guard === next) guard = null;
  };
}

/** Signs out, unless the guard holds that back. */
export function guardSignOut(signOut: () => void): void {
  if (!guard?.(signOut, true)) signOut();
}

/** The history of a router. */
export function guardedHistory(): BrowserHistory {
  const inner = createBrowserHistory({ v5Compat: true });
  /** A step back or forward that this page itself makes, to undo or to repeat one. */
  let own: 'undo' | 'repeat' | null = null;

  const push: BrowserHistory['push'] = (to, state) => {
    const path = new URL(inner.createHref(to), window.location.href).pathname;
    const isHeld = path !== window.location.pathname && guard?.(() => inner.push(to, state), false);
    if (!isHeld) inner.push(to, state);
  };

  const listen: BrowserHistory['listen'] = (listener) => {
    let shown = inner.location.pathname;
    return inner.listen((update) => {
      const { action, location, delta } = update;
      const wasOwn = own;
      own = null;
      if (wasOwn === 'undo') return;
      const repeat = () => {
        own = 'repeat';
        inner.go(delta ?? 0);
      };
      const canHold = action === 'POP' && wasOwn === null && delta !== null && location.pathname !== shown;
      if (canHold && guard?.(repeat, false)) {
        own = 'undo';
        inner.go(-delta);
        return;
      }
      shown = location.pathname;
      listener(update);
    });
  };

  return {
    get action() {
      return inner.action;
    },
    get location() {
      return inner.location;
    },
    createHref: inner.createHref,
    createURL: inner.createURL,
    encodeLocation: inner.encodeLocation,
    replace: inner.replace,
    go: inner.go,
    push,
    listen,
  };
}
