/** Layout of a settings tab: title, description and content. */
import type { ReactNode } from 'react';

interface TabSectionProps {
  title: string;
  text: ReactNode;
  children: ReactNode;
}

export function TabSection({ title, text, children }: TabSectionProps) {
  return (
    <section>
      <h2 className="text-lg font-semibold">{title}</h2>
      <p className="mt-1 text-dim">{text}</p>
      <div className="mt-6">{children}</div>
    </section>
  );
}

/** A surface with a border, for forms and lists. */
export function Card({ className = '', children }: { className?: string; children: ReactNode }) {
  return <div className={`rounded-md border border-line bg-raised ${className}`}>{children}</div>;
}
