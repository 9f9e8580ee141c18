/** Notices above the code. */
import { Info, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { formatRelativeTime } from '../page/format';
import { useNow } from '../sessions/use-now';
import { Button } from '../ui/button';
import { Confirm } from '../ui/dialog';
import { words } from '../words';
import type { SessionEditor } from './session-editor';
import type { EditorState } from './state';

interface EditorNoticesProps {
  editor: SessionEditor;
  state: EditorState;
}

export function EditorNotices({ editor, state: { notice } }: EditorNoticesProps) {
  if (notice === null) return null;
  if (notice.kind === 'restored') return <RestoredNotice at={notice.at} editor={editor} />;
  return (
    <NoticeStrip
      icon={<TriangleAlert size={16} className="text-warn" />}
      title={words.editor.changedElsewhere}
      text={words.editor.changedElsewhereNext}
      actions={<Button onClick={() => void editor.saveNow()}>{words.editor.merge}</Button>}
    />
  );
}

interface StripProps {
  icon: ReactNode;
  title: string;
  text: string;
  actions: ReactNode;
}

/** A low strip, so that the code moves little. */
function NoticeStrip({ icon, title, text, actions }: StripProps) {
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line bg-raised px-4 py-1.5 text-sm">
      <div role="status" className="flex min-w-0 flex-1 basis-64 items-center gap-2.5">
        <span className="shrink-0" aria-hidden="true">
          {icon}
        </span>
        <p className="min-w-0">
          <span className="font-semibold">{title}.</span> <span className="text-dim">{text}</span>
        </p>
      </div>
      <div className="flex gap-1.5">{actions}</div>
    </div>
  );
}

function RestoredNotice({ at, editor }: { at: number; editor: SessionEditor }) {
  const now = useNow();
  const [isConfirming, setIsConfirming] = useState(false);
  const keep = () => {
    editor.state.set({ notice: null });
    editor.focus();
  };
  return (
    <>
      <NoticeStrip
        icon={<Info size={16} className="text-info" />}
        title={words.editor.restored}
        text={words.editor.restoredNext(formatRelativeTime(new Date(at), now))}
        actions={
          <>
            <Button variant="ghost" onClick={() => setIsConfirming(true)}>
              {words.editor.discard}
            </Button>
            <Button onClick={keep}>{words.editor.keep}</Button>
          </>
        }
      />
      <Confirm
        open={isConfirming}
        onOpenChange={setIsConfirming}
        title={words.editor.discardTitle}
        description={words.editor.discardNext}
        action={words.editor.discard}
        onConfirm={() => void editor.reconciler.discard()}
      />
    </>
  );
}
