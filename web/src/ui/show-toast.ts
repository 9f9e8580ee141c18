/** Shows toasts with Sonner, and takes them away when their time is up and they are not being read. */
import { toast as sonner } from 'sonner';
import type { Kind } from './notice';

interface Action {
  label: string;
  onClick: () => void;
}

export interface ToastOptions {
  description?: string | undefined;
  action?: Action | undefined;
  /** A toast with the id of one that is shown takes its place. */
  id?: string | undefined;
  /** What its action belongs to: the toast goes with it. */
  owner?: string | undefined;
}

const DURATION = 5_000;

type Id = string | number;

/** Those that go by themselves. */
const timers = new Map<Id, ReturnType<typeof setTimeout>>();
/** Those that go with something else. */
const owners = new Map<Id, string>();

export function showToast(kind: Kind, title: string, { description, action, id, owner }: ToastOptions): void {
  const shown = sonner[kind](title, {
    // Sonner's own time would go on while the focus is in a toast.
    duration: Number.POSITIVE_INFINITY,
    closeButton: true,
    // One that takes another's place would keep its action.
    action,
    ...(description === undefined ? {} : { description }),
    ...(id === undefined ? {} : { id }),
  });
  clearTimeout(timers.get(shown));
  if (owner === undefined) owners.delete(shown);
  else owners.set(shown, owner);
  if (kind !== 'error') goesLater(shown);
}

/** Takes away those of an owner, or all. */
export function endToasts(owner?: string): void {
  if (owner === undefined) sonner.dismiss();
  for (const [id, its] of owners) {
    if (owner !== undefined && its !== owner) continue;
    sonner.dismiss(id);
    owners.delete(id);
  }
}

/** Takes a toast away when its time is up. While it may be read it has its time once more. */
function goesLater(id: Id): void {
  const end = () => {
    if (mayBeRead()) return goesLater(id);
    timers.delete(id);
    sonner.dismiss(id);
  };
  timers.set(id, setTimeout(end, DURATION));
}

/** Whether the pointer or the focus is at the toasts, or the page is in the background. */
function mayBeRead(): boolean {
  return document.hidden || document.querySelector('[data-sonner-toaster]:is(:hover, :focus-within)') !== null;
}
