/** Where toasts appear: top right. Loaded after the first paint. */
import { Toaster as Sonner } from 'sonner';
import { words } from '../shell-words';

const EDGES = {
  error: 'border-l-bad! [&_[data-icon]]:text-bad',
  warning: 'border-l-warn! [&_[data-icon]]:text-warn',
  info: 'border-l-info! [&_[data-icon]]:text-info',
  success: 'border-l-ok! [&_[data-icon]]:text-ok',
};

export default function Toaster() {
  return (
    <Sonner
      position="top-right"
      containerAriaLabel={words.common.notifications}
      visibleToasts={4}
      toastOptions={{
        unstyled: true,
        closeButtonAriaLabel: words.common.close,
        classNames: {
          toast:
            'relative flex w-[380px] max-w-[calc(100vw-32px)] items-start gap-2.5 rounded-md border border-l-[3px] border-line bg-raised py-3 pr-11 pl-3.5 font-sans! text-sm text-text shadow-float',
          title: 'font-semibold',
          description: 'text-dim break-words',
          content: 'min-w-0 flex-1',
          icon: 'mt-0.5',
          actionButton: 'font-semibold text-accent-text min-h-6 shrink-0 hover:underline',
          closeButton:
            'absolute top-2 right-2 inline-flex size-7 items-center justify-center rounded-md text-dim hover:bg-hover hover:text-text',
          ...EDGES,
        },
      }}
    />
  );
}
