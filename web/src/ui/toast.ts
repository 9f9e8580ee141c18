/** Toasts, top right: four kinds. Errors stay until they are closed, the others go after five seconds. */
import type { Kind } from './notice';
import type { ToastOptions } from './show-toast';

/** Shows a toast. What does so is not part of the first paint. */
export function toast(kind: Kind, title: string, options: ToastOptions = {}): void {
  void import('./show-toast').then(({ showToast }) => showToast(kind, title, options));
}

/** Takes toasts away whose owner is gone, or all of them when the user is. */
export function endToasts(owner?: string): void {
  void import('./show-toast').then((shown) => shown.endToasts(owner));
}
