/** The toast container, top right below the bars. Loaded after the first paint. */
import { Toaster as Sonner } from 'sonner';
import { words } from '../words/shell';

/** Below the page's bar and a second bar or panel header. */
const TOP = 120;

const KIND_CLASSES = {
  error: 'border-l-bad! [&_[data-icon]]:text-bad',
  warning: 'border-l-warn! [&_[data-icon]]:text-warn',
  info: 'border-l-info! [&_[data-icon]]:text-info',
  success: 'border-l-ok! [&_[data-icon]]:text-ok',
};

// Sonner expands the stack only on hover. Expand it on focus too, or the focused toast would be covered.
const SPREAD =
  'group-focus-within:h-(--initial-height)! group-focus-within:[--y:translateY(calc(var(--lift)*var(--offset)))]!';
// Sonner removes the outline, and keeps hidden toasts in the tab order.
const FOCUS =
  'focus-visible:outline-2! focus-visible:outline-offset-2 focus-visible:outline-accent-text! data-[visible=false]:invisible';

export default function Toaster() {
  return (
    <Sonner
      position="top-right"
      offset={{ top: TOP, right: 16 }}
      mobileOffset={{ top: TOP, left: 8, right: 8 }}
      containerAriaLabel={words.common.notifications}
      visibleToasts={4}
      className="group"
      toastOptions={{
        unstyled: true,
        closeButtonAriaLabel: words.common.close,
        classNames: {
          toast: `pointer-events-auto relative flex w-[380px] items-start gap-2.5 rounded-md border border-l-[3px] border-line bg-raised py-3 pr-11 pl-3.5 font-sans! text-sm text-text shadow-float ${SPREAD} ${FOCUS}`,
          title: 'font-semibold',
          description: 'text-dim break-words',
          content: 'min-w-0 flex-1',
          icon: 'mt-0.5',
          actionButton:
            'font-semibold text-accent-text min-h-6 shrink-0 hover:underline pointer-coarse:min-h-11 pointer-coarse:min-w-11',
          closeButton:
            'absolute top-2 right-2 inline-flex size-7 items-center justify-center rounded-md text-dim hover:bg-hover hover:text-text pointer-coarse:top-0 pointer-coarse:right-0 pointer-coarse:size-11',
          ...KIND_CLASSES,
        },
      }}
    />
  );
}
