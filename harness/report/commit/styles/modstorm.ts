import { type Column, renderTable } from '../../text/table.ts';
import { mailWidth } from '../mail-text.ts';
import type { MetricRow } from '../metric-row.ts';
import { oddSizes, type PairRows } from '../pair-rows.ts';

/** The line between changed and unchanged rows. */
const costs = 'costs:';

/** modstorm's own table: before, after, change with its interval, corrected p; costs below. */
export function modstormTable(pair: PairRows): string[] {
  const { sizes } = pair;
  const rows: (MetricRow | undefined)[] = [...pair.changed];
  if (pair.changed.length > 0 && pair.costs.length > 0) rows.push(undefined);
  rows.push(...pair.costs);
  const columns = numberColumns(`n=${sizes.before}`, `n=${sizes.after}`);
  const names = rows.map(row => (row ? nameOf(row, sizes) : costs));
  const values = rows.map(row => (row ? numbers(row) : []));
  const wide = renderTable(
    [{ head: ['metric'], align: 'left' }, ...columns],
    values.map((cells, index) => [names[index] ?? '', ...cells]),
  );
  if (wide.every(line => line.length <= mailWidth)) return wide;
  // If names and numbers do not fit side by side, put each name above its numbers.
  const narrow = renderTable(columns, values);
  const head = narrow.length - rows.length;
  return [
    ...narrow.slice(0, head),
    ...names.flatMap((name, index) => [name, narrow[head + index] ?? ''].filter(line => line !== '')),
  ];
}

/** One metric of several pairs: one row per value of the axis in which they differ. */
export function scalingTable(axis: string, rows: readonly { value: string; row: MetricRow }[]): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { base, candidate } = first.row.judged.result.comparison;
  return renderTable(
    [{ head: [axis], align: 'right' }, ...numberColumns(`n=${base.n}`, `n=${candidate.n}`)],
    rows.map(({ value, row }) => [
      value,
      ...numbers(row, oddSizes(row, { before: base.n, after: candidate.n })),
    ]),
  );
}

/** Metrics below a headline are indented. */
function nameOf(row: MetricRow, sizes: PairRows['sizes']): string {
  return `${row.judged.definition.headline ? '' : ' '}${row.title}${oddSizes(row, sizes)}`;
}

function numberColumns(before: string, after: string): Column[] {
  return [
    { head: ['before', before], align: 'right' },
    { head: ['after', after], align: 'right' },
    { head: ['change'], align: 'right' },
    { head: ['interval'], align: 'left' },
    { head: ['p.adj'], align: 'left' },
  ];
}

function numbers({ before, after, change, mark, interval, p }: MetricRow, more = ''): string[] {
  return [before, after, `${change} ${mark}`, interval, `${p}${more}`];
}
