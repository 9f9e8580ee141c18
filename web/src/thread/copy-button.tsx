/** A button that copies code and confirms it. */
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { toast } from '../ui/toast';
import { words } from '../words';

const CONFIRMATION_MS = 2_000;

interface CopyButtonProps {
  text: string;
  /** Shows only the icon; the label is a tooltip and for screen readers. */
  isIcon?: boolean;
}

export function CopyButton({ text, isIcon = false }: CopyButtonProps) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setIsCopied(true);
      setTimeout(() => setIsCopied(false), CONFIRMATION_MS);
    } catch {
      toast('warning', words.thread.notCopied);
    }
  };
  return (
    <button
      type="button"
      title={isIcon ? words.thread.copy : undefined}
      onClick={() => void copy()}
      className={`relative inline-flex items-center justify-center gap-1.5 rounded-[6px] text-xs font-medium text-dim hover:bg-hover hover:text-text ${isIcon ? 'size-9 pointer-coarse:size-11' : 'min-h-7 px-2 pointer-coarse:min-h-11'}`}
    >
      {isCopied ? <Check size={14} className="text-ok" aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
      <span aria-live="polite" className={isIcon ? 'sr-only' : ''}>
        {isCopied ? words.thread.copied : words.thread.copy}
      </span>
    </button>
  );
}
