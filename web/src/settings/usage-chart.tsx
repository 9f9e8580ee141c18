/** Bar chart of usage per day. It is an image to screen readers; the table below has the same numbers. */
import { useState } from 'react';
import { compactNumber, formatDollars, formatExactDollars, formatInteger } from '../page/format';
import { useMediaQuery } from '../ui/use-media-query';
import { words } from '../words';
import { formatDay, formatShortDay } from './format-days';
import { allTokens, axisSteps, sentTokens, type UsageAmount, type UsageDay } from './usage-days';

export type Measure = 'tokens' | 'cost';

const text = words.settings.usage;

function amountOf(amount: UsageAmount, measure: Measure): number {
  return measure === 'tokens' ? allTokens(amount) : amount.cost_micros;
}

interface UsageChartProps {
  days: readonly UsageDay[];
  measure: Measure;
  total: UsageAmount;
}

export function UsageChart({ days, measure, total }: UsageChartProps) {
  const [pointedDay, setPointedDay] = useState<UsageDay>();
  const steps = axisSteps(Math.max(...days.map(({ amount }) => amountOf(amount, measure))));
  const top = steps.at(-1) ?? 1;
  const shownDay = days.find(({ date }) => date === pointedDay?.date);
  const format = measure === 'tokens' ? formatInteger : formatDollars;
  const label = text.chart(
    text[measure],
    formatDay(days[0]?.date ?? ''),
    formatDay(days.at(-1)?.date ?? ''),
    format(amountOf(total, measure)),
  );
  return (
    <figure className="p-4">
      <figcaption className="mb-4 flex min-h-6 flex-wrap items-center justify-between gap-x-6 gap-y-1 text-sm">
        <PointedDayValues day={shownDay} />
        {measure === 'tokens' && <Legend />}
      </figcaption>
      <div className="flex">
        <Axis steps={steps} write={measure === 'tokens' ? compactNumber : formatExactDollars} />
        <div className="min-w-0 flex-1">
          <svg role="img" aria-label={label} width="100%" height="200" onPointerLeave={() => setPointedDay(undefined)}>
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
                isPointed={day.date === shownDay?.date}
                onPoint={() => setPointedDay(day)}
              />
            ))}
          </svg>
          <DayLabels days={days} />
        </div>
      </div>
    </figure>
  );
}

function PointedDayValues({ day }: { day: UsageDay | undefined }) {
  const isTouch = useMediaQuery('(pointer: coarse)');
  if (day === undefined) return <span className="text-faint">{text.hoverHint(isTouch)}</span>;
  return (
    <span>
      <span className="font-semibold">{formatDay(day.date)}</span>{' '}
      <span className="text-dim tabular-nums">
        {formatInteger(allTokens(day.amount))} {text.tokens.toLowerCase()} · {formatDollars(day.amount.cost_micros)} ·{' '}
        {formatInteger(day.amount.requests)} {text.answers.toLowerCase()}
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
        // Zero height, so that each label is centred on its line.
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
  /** In percent of the chart's width. */
  left: number;
  width: number;
  isPointed: boolean;
  onPoint: () => void;
}

function Bar({ day, measure, top, left, width, isPointed, onPoint }: BarProps) {
  const whole = (amountOf(day.amount, measure) / top) * 100;
  // Sent tokens are the lower part of the bar.
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

/** Dates below the bars. Long ranges show only some, counted from the last day. */
function DayLabels({ days }: { days: readonly UsageDay[] }) {
  const isWide = useMediaQuery('(min-width: 640px)');
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
            {formatShortDay(date)}
          </span>
        ) : null,
      )}
    </div>
  );
}
