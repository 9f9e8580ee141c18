/** The chart's numbers as a table, for screen readers and for copying. */
import { ChevronRight } from 'lucide-react';
import { formatDollars, formatInteger } from '../page/format';
import { words } from '../words';
import { formatDay } from './format-days';
import { sentTokens, type UsageAmount, type UsageDay } from './usage-days';

const text = words.settings.usage;

interface UsageTableProps {
  days: readonly UsageDay[];
  total: UsageAmount;
}

export function UsageTable({ days, total }: UsageTableProps) {
  return (
    <details className="group border-t border-line-soft">
      <summary className="flex min-h-11 list-none items-center gap-2 rounded-md px-4 text-sm font-medium text-dim select-none hover:text-text [&::-webkit-details-marker]:hidden">
        <ChevronRight size={16} aria-hidden="true" className="group-open:rotate-90" />
        {text.asTable}
      </summary>
      <table className="w-full text-sm tabular-nums">
        <thead className="border-y border-line-soft bg-sunken text-xs text-dim">
          <tr>
            <Head isFirst>{text.day}</Head>
            <Head>{text.answers}</Head>
            <Head>{text.sent}</Head>
            <Head>{text.received}</Head>
            <Head>{text.cost}</Head>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map(({ date, amount }) => (
            <Row key={date} name={formatDay(date)} amount={amount} />
          ))}
        </tbody>
        <tfoot className="border-t border-line font-semibold">
          <Row name={text.total} amount={total} />
        </tfoot>
      </table>
    </details>
  );
}

function Head({ isFirst = false, children }: { isFirst?: boolean; children: string }) {
  return (
    <th
      scope="col"
      className={`px-4 py-2 font-medium max-sm:px-1.5 ${isFirst ? 'text-left max-sm:pl-4' : 'text-right last:max-sm:pr-4'}`}
    >
      {children}
    </th>
  );
}

function Row({ name, amount }: { name: string; amount: UsageAmount }) {
  const numbers = [
    formatInteger(amount.requests),
    formatInteger(sentTokens(amount)),
    formatInteger(amount.output_tokens),
    formatDollars(amount.cost_micros),
  ];
  const isIdle = amount.requests === 0;
  return (
    <tr className={`border-b border-line-soft last:border-0 ${isIdle ? 'text-faint' : ''}`}>
      <th scope="row" className="px-4 py-2 text-left font-normal max-sm:pr-1.5">
        {name}
      </th>
      {numbers.map((number, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the columns stay in their order.
        <td key={index} className="px-4 py-2 text-right max-sm:px-1.5 last:max-sm:pr-4">
          {number}
        </td>
      ))}
    </tr>
  );
}
