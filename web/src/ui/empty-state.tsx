/** Placeholder for an empty list or page: an icon, a title, and what to do. */
import type { ReactNode } from 'react';

interface EmptyStateProps {
  icon: ReactNode;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  /** `h1` if it is the only content of a page. */
  heading?: 'h1' | 'h2';
}

export function EmptyState({ icon, title, text, action, heading: Heading = 'h2' }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-16 text-center">
      <div className="mb-1 text-faint" aria-hidden="true">
        {icon}
      </div>
      <Heading className="text-base font-medium">{title}</Heading>
      {text !== undefined && <p className="max-w-md text-dim">{text}</p>}
      {action}
    </div>
  );
}
