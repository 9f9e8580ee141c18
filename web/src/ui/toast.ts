/** Toasts, top right: four kinds. Errors stay until they are closed, the others go after five seconds. */
import type { Kind } from './notice';

/** Not part of the first paint. */
const sonner = () => import('sonner').then((module) => module.toast);

const DURATION = 5_000;

interface Action {
  label: string;
  onClick: () => void;
}

interface Options {
  description?: string | undefined;
  action?: Action | undefined;
  /** A toast with the id of one that is shown takes its place. */
  id?: string | undefined;
}

type Id = string | number;

/** Those that go by themselves. */
const timers = new Map<Id, ReturnType<typeof setTimeout>>();

/** Shows a toast. */
export function toast(kind: Kind, title: string, { description, action, id }: Options = {}): void {
  void sonner().then((show) => {
    const shown = show[kind](title, {
      // Sonner's own time would go on while the focus is in a toast.
      duration: Number.POSITIVE_INFINITY,
      closeButton: true,
      ...(description === undefined ? {} : { description }),
      ...(action === undefined ? {} : { action }),
      ...(id === undefined ? {} : { id }),
    });
    clearTimeout(timers.get(shown));
    if (kind !== 'error') goesLater(shown, () => show.dismiss(shown));
  });
}

/** Takes a toast away when its time is up. While it may be read it has its time once more. */
function goesLater(id: Id, dismiss: () => void): void {
  const end = () => {
    if (mayBeRead()) return goesLater(id, dismiss);
    timers.delete(id);
    dismiss();
  };
  timers.set(id, setTimeout(end, DURATION));
}

/** Whether the pointer or the focus is at the toasts, or the page is in the background. */
function mayBeRead(): boolean {
  return document.hidden || document.querySelector('[data-sonner-toaster]:is(:hover, :focus-within)') !== null;
}
