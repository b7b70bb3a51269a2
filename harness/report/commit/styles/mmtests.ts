import type { Summary } from '../../../statistics/samples/descriptive.ts';
import type { Scale } from '../../text/quantity.ts';
import { renderTable } from '../../text/table.ts';
import { mailWidth } from '../mail-text.ts';
import type { MetricRow } from '../metric-row.ts';
import type { PairRows } from '../pair-rows.ts';

/** The meaning of the percentages of this style, which have the opposite sign. */
export const mmtestsLegend =
  'percent: positive is better, of metrics without a worse direction more; * proved after correction';

const operations = ['Min', 'Amean', 'Stddev', 'Max'] as const;
type Operation = (typeof operations)[number];

/** The format of compare-mmtests.pl of mmtests: `Amean 9540.14 ( 0.00%) 11820.40 * 23.90%*`. */
export function mmtestsTable({ changed, costs }: PairRows): string[] {
  const rows = [...changed, ...costs].flatMap(row => operationsOf(row).map(one => rowOf(row, one)));
  const table = renderTable(
    [
      { head: [''], align: 'left' },
      { head: [''], align: 'left' },
      { head: ['before'], align: 'right' },
      { head: ['after'], align: 'right' },
    ],
    rows,
  );
  // mmtests prints no rule below the heading.
  const lines = [table[0] ?? '', ...table.slice(2)];
  return lines.every(line => line.length <= mailWidth)
    ? lines
    : lines.map(line => line.replace(/ {2,}/g, ' '));
}

/** The row of a metric if a side has no values. */
function operationsOf({ judged }: MetricRow): readonly Operation[] {
  const { base, candidate } = judged.result.comparison;
  return base.n > 0 && candidate.n > 0 ? operations : ['Amean'];
}

function rowOf(row: MetricRow, operation: Operation): string[] {
  const { base, candidate } = row.judged.result.comparison;
  const before = figure(base, operation);
  const after = figure(candidate, operation);
  const proved = operation === 'Amean' && row.judged.result.changed;
  return [
    operation,
    row.title,
    before === undefined ? 'none' : `${fine(before, row.scale)} (   0.00%)`,
    after === undefined
      ? 'none'
      : `${fine(after, row.scale)} ${percentText(before, after, row.judged.definition.worse, proved)}`,
  ];
}

function figure(side: Summary, operation: Operation): number | undefined {
  if (operation === 'Amean') return side.mean;
  if (operation === 'Stddev') return side.deviation;
  const value = operation === 'Min' ? side.least : side.greatest;
  return value === undefined ? undefined : Number(value);
}

function fine(value: number, { divisor }: Scale): string {
  return (value / divisor).toFixed(2);
}

function percentText(before: number | undefined, after: number, worse: string, proved: boolean): string {
  const [open, close] = proved ? ['*', '*'] : ['(', ')'];
  if (before === undefined || (before === 0 && after !== 0)) return `${open}      --${close}`;
  const more = before === 0 ? 0 : ((after - before) / Math.abs(before)) * 100;
  const better = worse === 'higher' ? -more : more;
  const text = Math.abs(better) >= 1e5 ? better.toExponential(1) : better.toFixed(2);
  return `${open}${(Number(text) === 0 ? '0.00' : text).padStart(7)}%${close}`;
}
