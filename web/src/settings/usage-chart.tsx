/** Bars by day. The chart is a picture for those who see it; the table under it has the same numbers. */
import { useState } from 'react';
import { dollars, exactDollars, integer, short } from '../page/format';
import { useMedia } from '../ui/use-media';
import { words } from '../words';
import { allTokens, axisSteps, sentTokens, type UsageAmount, type UsageDay } from './usage-days';
import { dayName, shortDay } from './utc-days';

export type Measure = 'tokens' | 'cost';

const text = words.settings.usage;

function measured(amount: UsageAmount, measure: Measure): number {
  return measure === 'tokens' ? allTokens(amount) : amount.cost_micros;
}

interface UsageChartProps {
  days: readonly UsageDay[];
  measure: Measure;
  total: UsageAmount;
}

export function UsageChart({ days, measure, total }: UsageChartProps) {
  const [pointed, setPointed] = useState<UsageDay>();
  const steps = axisSteps(Math.max(...days.map(({ amount }) => measured(amount, measure))));
  const top = steps.at(-1) ?? 1;
  const shown = days.find(({ date }) => date === pointed?.date);
  const write = measure === 'tokens' ? integer : dollars;
  const label = text.chart(
    text[measure],
    dayName(days[0]?.date ?? ''),
    dayName(days.at(-1)?.date ?? ''),
    write(measured(total, measure)),
  );
  return (
    <figure className="p-4">
      <figcaption className="mb-4 flex min-h-6 flex-wrap items-center justify-between gap-x-6 gap-y-1 text-sm">
        <Readout day={shown} />
        {measure === 'tokens' && <Legend />}
      </figcaption>
      <div className="flex">
        <Axis steps={steps} write={measure === 'tokens' ? short : exactDollars} />
        <div className="min-w-0 flex-1">
          <svg role="img" aria-label={label} width="100%" height="200" onPointerLeave={() => setPointed(undefined)}>
            {steps.map((step) => (
              <Line key={step} y={100 - (step / top) * 100} isBase={step === 0} />
            ))}
            {days.map((day, index) => (
              <Bar
                key={day.date}
                day={day}
                measure={measure}
                top={top}
                left={(index / days.length) * 100}
                width={100 / days.length}
                isPointed={day.date === shown?.date}
                onPoint={() => setPointed(day)}
              />
            ))}
          </svg>
          <DayLabels days={days} />
        </div>
      </div>
    </figure>
  );
}

/** The numbers of the day that is pointed at. */
function Readout({ day }: { day: UsageDay | undefined }) {
  const isTouch = useMedia('(pointer: coarse)');
  if (day === undefined) return <span className="text-faint">{text.pick(isTouch)}</span>;
  return (
    <span>
      <span className="font-semibold">{dayName(day.date)}</span>{' '}
      <span className="text-dim tabular-nums">
        {integer(allTokens(day.amount))} {text.tokens.toLowerCase()} · {dollars(day.amount.cost_micros)} ·{' '}
        {integer(day.amount.requests)} {text.answers.toLowerCase()}
      </span>
    </span>
  );
}

function Legend() {
  return (
    <span className="flex gap-4 text-xs text-dim">
      <span className="flex items-center gap-1.5">
        <span aria-hidden="true" className="size-2.5 rounded-[2px] bg-line-strong" />
        {text.sent}
      </span>
      <span className="flex items-center gap-1.5">
        <span aria-hidden="true" className="size-2.5 rounded-[2px] bg-accent" />
        {text.received}
      </span>
    </span>
  );
}

function Axis({ steps, write }: { steps: readonly number[]; write: (value: number) => string }) {
  return (
    <div
      aria-hidden="true"
      className="flex h-[200px] flex-col-reverse justify-between pr-3 text-right text-xs text-dim tabular-nums"
    >
      {steps.map((step) => (
        // As high as nothing, so that each stands exactly at its line.
        <span key={step} className="flex h-0 items-center justify-end">
          {write(step)}
        </span>
      ))}
    </div>
  );
}

function Line({ y, isBase }: { y: number; isBase: boolean }) {
  const stroke = isBase ? 'var(--line-strong)' : 'var(--line-soft)';
  return <line x1="0" x2="100%" y1={`${y}%`} y2={`${y}%`} stroke={stroke} />;
}

interface BarProps {
  day: UsageDay;
  measure: Measure;
  top: number;
  /** In percent of the chart. */
  left: number;
  width: number;
  isPointed: boolean;
  onPoint: () => void;
}

function Bar({ day, measure, top, left, width, isPointed, onPoint }: BarProps) {
  const whole = (measured(day.amount, measure) / top) * 100;
  // What was sent is the lower part of the tokens.
  const lower = measure === 'tokens' ? (sentTokens(day.amount) / top) * 100 : 0;
  const x = `${left + width * 0.18}%`;
  const barWidth = `${width * 0.64}%`;
  return (
    <g onPointerEnter={onPoint} onPointerDown={onPoint}>
      <rect x={`${left}%`} y="0" width={`${width}%`} height="100%" fill={isPointed ? 'var(--hover)' : 'transparent'} />
      {whole > 0 && (
        <>
          <rect x={x} y={`${100 - whole}%`} width={barWidth} height={`${whole}%`} rx="2" fill="var(--accent)" />
          {lower > 0 && (
            <rect x={x} y={`${100 - lower}%`} width={barWidth} height={`${lower}%`} rx="2" fill="var(--line-strong)" />
          )}
        </>
      )}
    </g>
  );
}

/** The dates under the bars: of many days only some, counted from the last. */
function DayLabels({ days }: { days: readonly UsageDay[] }) {
  const isWide = useMedia('(min-width: 640px)');
  const every = days.length <= 7 ? (isWide ? 1 : 2) : isWide ? 5 : 10;
  return (
    <div aria-hidden="true" className="relative mt-2 h-4 text-xs text-dim">
      {days.map(({ date }, index) =>
        (days.length - 1 - index) % every === 0 ? (
          <span
            key={date}
            className={`absolute -translate-x-1/2 whitespace-nowrap tabular-nums ${days.length > 7 ? 'last:max-sm:-translate-x-3/4' : ''}`}
            style={{ left: `${((index + 0.5) / days.length) * 100}%` }}
          >
            {shortDay(date)}
          </span>
        ) : null,
      )}
    </div>
  );
}
