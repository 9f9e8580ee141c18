/** An inline message in a form, above a list or in a panel. */
import { CircleCheck, CircleX, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

export type NoticeKind = 'error' | 'warning' | 'info' | 'success';

const LOOKS: Record<NoticeKind, { edge: string; icon: ReactNode }> = {
  error: { edge: 'border-l-bad', icon: <CircleX size={16} className="text-bad" /> },
  warning: { edge: 'border-l-warn', icon: <TriangleAlert size={16} className="text-warn" /> },
  info: { edge: 'border-l-info', icon: <Info size={16} className="text-info" /> },
  success: { edge: 'border-l-ok', icon: <CircleCheck size={16} className="text-ok" /> },
};

interface NoticeProps {
  kind: NoticeKind;
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
}

export function Notice({ kind, title, children, actions }: NoticeProps) {
  const { edge, icon } = LOOKS[kind];
  return (
    <div
      role={kind === 'error' ? 'alert' : 'status'}
      className={`flex gap-2.5 rounded-md border border-l-[3px] border-line bg-raised px-3 py-2.5 text-sm ${edge}`}
    >
      <span className="mt-0.5 shrink-0" aria-hidden="true">
        {icon}
      </span>
      <div className="min-w-0 flex-1">
        {title !== undefined && <p className="font-semibold">{title}</p>}
        {children !== undefined && <div className="break-words text-dim">{children}</div>}
        {actions !== undefined && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
