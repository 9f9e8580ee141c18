/** The diff dialog, which is loaded when it is first opened. When it cannot be, the conversation stays and the user is told. */
import { type ComponentProps, lazy, Suspense } from 'react';
import { Quiet } from '../ui/quiet';
import { toast } from '../ui/toast';
import { words } from '../words';

const DiffDialog = lazy(() => import('./diff-dialog'));

export function LoadedDiffDialog(props: ComponentProps<typeof DiffDialog>) {
  function told() {
    toast('error', words.thread.diffNotLoaded, { description: words.page.reloadNext, id: 'diff' });
    props.onClose();
  }
  return (
    <Quiet onFail={told}>
      <Suspense>
        <DiffDialog {...props} />
      </Suspense>
    </Quiet>
  );
}
