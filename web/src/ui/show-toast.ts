/** Shows toasts with Sonner and dismisses them unless the user is reading them. */
import { toast as sonner } from 'sonner';
import type { NoticeKind } from './notice';

interface Action {
  label: string;
  onClick: () => void;
}

export interface ToastOptions {
  description?: string | undefined;
  action?: Action | undefined;
  /** A new toast replaces a visible toast with the same id. */
  id?: string | undefined;
  /** The toast is dismissed together with its owner. */
  owner?: string | undefined;
}

const DURATION = 5_000;

type ToastId = string | number;

/** Timers of toasts that are dismissed automatically. */
const timers = new Map<ToastId, ReturnType<typeof setTimeout>>();
/** Owners of toasts that are dismissed together with them. */
const owners = new Map<ToastId, string>();

export function showToast(kind: NoticeKind, title: string, { description, action, id, owner }: ToastOptions): void {
  const toastId = sonner[kind](title, {
    // Sonner's own timer continues while the toast has the focus.
    duration: Number.POSITIVE_INFINITY,
    closeButton: true,
    // Always set: a replacing toast would keep the action of the old one.
    action,
    ...(description === undefined ? {} : { description }),
    ...(id === undefined ? {} : { id }),
  });
  clearTimeout(timers.get(toastId));
  if (owner === undefined) owners.delete(toastId);
  else owners.set(toastId, owner);
  if (kind !== 'error') scheduleDismissal(toastId);
}

/** Dismisses the toasts of an owner, or all toasts. */
export function dismissToasts(owner?: string): void {
  if (owner === undefined) sonner.dismiss();
  for (const [id, toastOwner] of owners) {
    if (owner !== undefined && toastOwner !== owner) continue;
    sonner.dismiss(id);
    owners.delete(id);
  }
}

/** Dismisses a toast after its time. Waits again while the user may be reading it. */
function scheduleDismissal(id: ToastId): void {
  const dismissLater = () => {
    if (isBeingRead()) return scheduleDismissal(id);
    timers.delete(id);
    sonner.dismiss(id);
  };
  timers.set(id, setTimeout(dismissLater, DURATION));
}

/** Whether the pointer or the focus is on the toasts, or the page is in the background. */
function isBeingRead(): boolean {
  return document.hidden || document.querySelector('[data-sonner-toaster]:is(:hover, :focus-within)') !== null;
}
