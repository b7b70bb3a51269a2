import { escapeText } from '../../escape.ts';
import type { CellReport } from '../report-model.ts';
import { chooseScale, formatValue } from './quantity.ts';
import { rowTable } from './row-table.ts';
import type { Column } from './table.ts';

/** Groups of call times shown side by side: the metrics and the headings of their columns. */
const timings: readonly (readonly [name: string, head: string][])[] = [
  [
    ['done_first_ns', 'first done'],
    ['done_half_ns', 'half done'],
    ['done_last_ns', 'last done'],
  ],
  [
    ['latency_min_ns', 'shortest'],
    ['latency_median_ns', 'median'],
    ['latency_p99_ns', 'p99'],
    ['latency_max_ns', 'longest'],
  ],
  [],
];

const errorPrefix = 'errno_';

/**
 * The results and times of the calls of each cell, as medians over its boots: one table for the cells with times from the
 * release until the k-th call was done, one for the cells with latencies, one for the rest. Cells whose workload does not
 * count its calls are left out.
 */
export function callLines(cells: readonly CellReport[], width?: number): string[] {
  const counted = cells.filter(cell => answersOf(cell) !== '');
  return timings
    .map(timing => ({ timing, rows: counted.filter(cell => timingOf(cell) === timing) }))
    .filter(({ rows }) => rows.length > 0)
    .flatMap(({ timing, rows }, index) => [...(index > 0 ? [''] : []), ...renderCalls(rows, timing, width)]);
}

/** The first group for which the cell has every metric. */
function timingOf({ metrics }: CellReport): (typeof timings)[number] | undefined {
  return timings.find(timing => timing.every(([name]) => metrics.has(name)));
}

function renderCalls(
  cells: readonly CellReport[],
  timing: (typeof timings)[number],
  width: number | undefined,
): string[] {
  const times = timing.map(([name, head]) => {
    // biome-ignore lint/style/noNonNullAssertion: the cells of a timing have its every metric
    const values = cells.map(cell => cell.metrics.get(name)!.median);
    // Scale by the shortest: readers compare the first and last call of a burst, which may differ a hundredfold.
    const scale = chooseScale('ns', [values.reduce((least, value) => (value < least ? value : least))]);
    const column: Column = { head: [head, scale.unit], align: 'decimal' };
    return { column, texts: values.map(value => formatValue(value, scale)) };
  });
  const columns: Column[] = [{ head: ['results'], align: 'left' }, ...times.map(({ column }) => column)];
  const rows = cells.map((cell, index) => ({
    label: escapeText(cell.cell.label, { length: 400 }),
    values: [answersOf(cell), ...times.map(({ texts }) => texts[index] ?? '')],
  }));
  return rowTable('calls of', columns, rows, width).lines;
}

/** `127 EBUSY, 1 ENODEV`, most frequent first; empty if the workload does not report its errors. */
function answersOf({ metrics }: CellReport): string {
  const counts = [...metrics]
    .filter(([name]) => name.startsWith(errorPrefix) || name === 'successes')
    .map(([name, { median }]): [string, number | bigint] => [
      name === 'successes' ? 'ok' : name.slice(errorPrefix.length),
      median,
    ]);
  if (!counts.some(([name]) => name !== 'ok')) return '';
  const shown = counts.filter(([, count]) => count > 0).sort((a, b) => Number(b[1]) - Number(a[1]));
  const scale = chooseScale('count', []);
  return (
    shown.map(([name, count]) => `${formatValue(count, scale)} ${escapeText(name)}`).join(', ') || 'none'
  );
}
