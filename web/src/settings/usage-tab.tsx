/** The usage tab: tokens and cost of the user's questions per day. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ChartNoAxesColumn } from 'lucide-react';
import { ToggleGroup } from 'radix-ui';
import { useState } from 'react';
import { api, unwrap } from '../api/client';
import { queryKeys } from '../api/queries';
import type { Usage } from '../api/types';
import { ErrorNotice } from '../page/error-notice';
import { formatDollars, formatInteger } from '../page/format';
import { EmptyState } from '../ui/empty-state';
import { Skeleton } from '../ui/skeleton';
import { words } from '../words';
import { Card, TabSection } from './tab-section';
import { type Measure, UsageChart } from './usage-chart';
import { allTokens, fillDays, lastDays, type UsageAmount, type UsageDay } from './usage-days';
import { UsageTable } from './usage-table';

const text = words.settings.usage;
const RANGES = [7, 31] as const;
type Range = (typeof RANGES)[number];

async function readUsage(days: Range): Promise<Usage> {
  return unwrap(api.GET('/users/me/usage', { params: { query: lastDays(days, new Date()) } }));
}

export function UsageTab() {
  const [range, setRange] = useState<Range>(7);
  const [measure, setMeasure] = useState<Measure>('tokens');
  const usage = useQuery({
    queryKey: [...queryKeys.usage, range],
    queryFn: () => readUsage(range),
    placeholderData: keepPreviousData,
  });
  return (
    <TabSection title={words.settings.tabs.usage} text={text.text}>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <Segments
          label={text.show}
          value={measure}
          onChange={setMeasure}
          options={[
            { value: 'tokens', label: text.tokens },
            { value: 'cost', label: text.cost },
          ]}
        />
        <Segments
          label={text.range}
          value={range}
          onChange={setRange}
          options={RANGES.map((days) => ({ value: days, label: text.days(days) }))}
        />
      </div>
      {usage.data !== undefined ? (
        <UsageContent usage={usage.data} measure={measure} />
      ) : usage.error !== null ? (
        <ErrorNotice error={usage.error} onRetry={() => void usage.refetch()} />
      ) : (
        <UsageSkeleton />
      )}
    </TabSection>
  );
}

function UsageContent({ usage, measure }: { usage: Usage; measure: Measure }) {
  const days: UsageDay[] = fillDays(usage);
  return (
    <Card>
      <Totals total={usage.total} days={days.length} />
      {usage.total.requests === 0 ? (
        <EmptyState icon={<ChartNoAxesColumn size={48} strokeWidth={1.25} />} title={text.none} text={text.noneText} />
      ) : (
        <>
          <UsageChart days={days} measure={measure} total={usage.total} />
          <UsageTable days={days} total={usage.total} />
        </>
      )}
    </Card>
  );
}

function Totals({ total, days }: { total: UsageAmount; days: number }) {
  const numbers = [
    { label: text.tokens, value: formatInteger(allTokens(total)) },
    { label: text.cost, value: formatDollars(total.cost_micros) },
    { label: text.answers, value: formatInteger(total.requests) },
  ];
  return (
    <div className="border-b border-line-soft p-4">
      <h3 className="text-sm font-medium">{text.totalOf(days)}</h3>
      <dl className="mt-3 grid grid-cols-3 gap-4">
        {numbers.map(({ label, value }) => (
          <div key={label}>
            <dt className="text-xs text-dim">{label}</dt>
            <dd className="mt-0.5 text-xl font-semibold break-all tabular-nums max-sm:text-base">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

interface SegmentsProps<T extends string | number> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; label: string }[];
}

/** A segmented control. */
function Segments<T extends string | number>({ label, value, onChange, options }: SegmentsProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={String(value)}
      onValueChange={(next) => {
        const option = options.find((one) => String(one.value) === next);
        if (option !== undefined) onChange(option.value);
      }}
      className="inline-flex gap-0.5 rounded-md border border-line bg-sunken p-0.5"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={String(option.value)}
          className="min-h-8 rounded-[6px] px-3 text-sm font-medium text-dim hover:text-text data-[state=on]:bg-raised data-[state=on]:text-text data-[state=on]:shadow-[0_0_0_1px_var(--line)] pointer-coarse:min-h-11"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

function UsageSkeleton() {
  return (
    <Card className="flex flex-col gap-6 p-4">
      <p role="status" className="sr-only">
        {words.common.loading}
      </p>
      <div className="grid grid-cols-3 gap-4">
        {[0, 1, 2].map((one) => (
          <Skeleton key={one} className="h-11" />
        ))}
      </div>
      <Skeleton className="h-56" />
    </Card>
  );
}
