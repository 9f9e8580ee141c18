/** Lazy access to toasts. Errors stay until closed; other toasts are dismissed after five seconds. */
import type { NoticeKind } from './notice';
import type { ToastOptions } from './show-toast';

/** Shows a toast. The implementation is loaded on demand, outside the first paint. */
export function toast(kind: NoticeKind, title: string, options: ToastOptions = {}): void {
  void import('./show-toast').then(({ showToast }) => showToast(kind, title, options));
}

/** Dismisses the toasts of an owner, or all toasts on a sign-out. */
export function dismissToasts(owner?: string): void {
  void import('./show-toast').then((module) => module.dismissToasts(owner));
}
