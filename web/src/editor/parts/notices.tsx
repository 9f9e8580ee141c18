/** What is told over the code, until it is dealt with. */
import { Info, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { relativeTime } from '../../page/format';
import { useNow } from '../../sessions/use-now';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { words } from '../../words';
import type { SessionEditor } from '../session-editor';
import type { EditorState } from '../state';

interface NoticesProps {
  editor: SessionEditor;
  state: EditorState;
}

export function Notices({ editor, state: { told } }: NoticesProps) {
  if (told === null) return null;
  if (told.kind === 'restored') return <Restored at={told.at} editor={editor} />;
  return (
    <Strip
      icon={<TriangleAlert size={16} className="text-warn" />}
      title={words.editor.elsewhere}
      text={words.editor.elsewhereNext}
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

/** Low, so that the code stays where it is for the eye. */
function Strip({ icon, title, text, actions }: StripProps) {
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

function Restored({ at, editor }: { at: number; editor: SessionEditor }) {
  const now = useNow();
  const [isAsked, setIsAsked] = useState(false);
  const keep = () => {
    editor.state.set({ told: null });
    editor.focus();
  };
  return (
    <>
      <Strip
        icon={<Info size={16} className="text-info" />}
        title={words.editor.restored}
        text={words.editor.restoredNext(relativeTime(new Date(at), now))}
        actions={
          <>
            <Button look="ghost" onClick={() => setIsAsked(true)}>
              {words.editor.discard}
            </Button>
            <Button onClick={keep}>{words.editor.keep}</Button>
          </>
        }
      />
      <Confirm
        open={isAsked}
        onOpenChange={setIsAsked}
        title={words.editor.discardTitle}
        description={words.editor.discardNext}
        action={words.editor.discard}
        onConfirm={() => void editor.reconciler.discard()}
      />
    </>
  );
}
