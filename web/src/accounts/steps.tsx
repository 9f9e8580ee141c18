/** "How it works" in three steps. */
import { FileCode2, GitCompareArrows, MessageSquareCode } from 'lucide-react';
import { words } from '../words/start';

const ICONS = [FileCode2, MessageSquareCode, GitCompareArrows];

export function Steps() {
  return (
    <ol className="grid gap-4 md:grid-cols-3">
      {words.steps.map(({ title, text }, index) => {
        const Icon = ICONS[index] ?? FileCode2;
        return (
          <li key={title} className="rounded-md border border-line bg-raised p-6">
            <div className="flex items-center justify-between">
              <span className="flex size-10 items-center justify-center rounded-md bg-wash text-accent-text">
                <Icon size={20} aria-hidden="true" />
              </span>
              <span aria-hidden="true" className="text-sm font-medium text-faint tabular-nums">
                {index + 1}
              </span>
            </div>
            <h3 className="mt-4 font-semibold">{title}</h3>
            <p className="mt-1 text-dim">{text}</p>
          </li>
        );
      })}
    </ol>
  );
}
