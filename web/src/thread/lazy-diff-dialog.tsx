/** Loads the diff dialog on first use. On failure, it shows a toast and the conversation stays open. */
import { type ComponentProps, lazy, Suspense } from 'react';
import { SilentBoundary } from '../ui/silent-boundary';
import { toast } from '../ui/toast';
import { words } from '../words';

const DiffDialog = lazy(() => import('./diff-dialog'));

export function LazyDiffDialog(props: ComponentProps<typeof DiffDialog>) {
  function onLoadError() {
    toast('error', words.thread.diffNotLoaded, { description: words.page.reloadNext, id: 'diff' });
    props.onClose();
  }
  return (
    <SilentBoundary onFail={onLoadError}>
      <Suspense>
        <DiffDialog {...props} />
      </Suspense>
    </SilentBoundary>
  );
}
