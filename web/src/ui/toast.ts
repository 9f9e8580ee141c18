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

/** Shows a toast. */
export function toast(kind: Kind, title: string, { description, action, id }: Options = {}): void {
  void sonner().then((show) =>
    show[kind](title, {
      duration: kind === 'error' ? Number.POSITIVE_INFINITY : DURATION,
      closeButton: true,
      ...(description === undefined ? {} : { description }),
      ...(action === undefined ? {} : { action }),
      ...(id === undefined ? {} : { id }),
    }),
  );
}

/** Takes one away. */
export function dismissToast(id: string): void {
  void sonner().then((show) => show.dismiss(id));
}
