/** The subject of a conversation: the selected code, and a prompt for the first message. */
import { MessageSquareText } from 'lucide-react';
import { useEditor } from '../editor/controller';
import { words } from '../words';
import { CodeBlock } from './code-block';

interface SubjectProps {
  /** The selected code; `null` for the whole file. */
  selected: string | null;
  /** Shown while there is no message. */
  prompt: string | undefined;
}

export function Subject({ selected, prompt }: SubjectProps) {
  const editor = useEditor();
  if (selected === null && prompt === undefined) return null;
  return (
    <div className="mb-4 flex flex-col gap-4">
      {selected !== null && selected !== '' && (
        <CodeBlock code={selected} language={editor.languageId()} title={words.thread.selected} fold={8} />
      )}
      {prompt !== undefined && (
        <div className="flex flex-col items-center gap-2 px-4 py-8 text-center">
          <MessageSquareText size={40} strokeWidth={1.25} className="mb-1 text-faint" aria-hidden="true" />
          <p className="font-medium">{words.thread.start}</p>
          <p className="max-w-72 text-dim">{prompt}</p>
        </div>
      )}
    </div>
  );
}
