/** Progress bar of an upload. */
import { Progress } from 'radix-ui';
import { words } from '../../words';

export function UploadProgress({ name, percent }: { name: string; percent: number }) {
  const label = words.sessions.new.uploading(name);
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex justify-between gap-3 text-sm">
        <span className="min-w-0 truncate">{label}</span>
        <span className="shrink-0 text-dim tabular-nums">{words.sessions.new.percent(percent)}</span>
      </div>
      <Progress.Root
        value={percent}
        aria-label={label}
        className="h-2 overflow-hidden rounded-full border border-line-strong bg-sunken"
      >
        <Progress.Indicator className="h-full bg-accent" style={{ width: `${percent}%` }} />
      </Progress.Root>
    </div>
  );
}
