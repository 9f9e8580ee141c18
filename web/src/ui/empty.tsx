/** What stands where there is nothing yet: a large icon, what is missing, and what to do. */
import type { ReactNode } from 'react';

interface EmptyProps {
  icon: ReactNode;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  /** `h1` where it is all that a page has. */
  heading?: 'h1' | 'h2';
}

export function Empty({ icon, title, text, action, heading: Heading = 'h2' }: EmptyProps) {
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
