import { escapeText } from '../../escape.ts';
import { leadingMetrics } from '../leading-metrics.ts';
import { countsOfCell } from '../outcome-case.ts';
import type { CellReport } from '../report-model.ts';
import { fitLines } from './fit-lines.ts';
import type { Footnotes } from './footnotes.ts';
import { chooseScale, formatRange, formatValue } from './quantity.ts';
import { type RowColumn, rowTable } from './row-table.ts';

/** The metrics with priority on a narrow terminal; the others follow in the order of the table. */
const important: readonly string[] = [
  'waste_per_request',
  'failures_per_request',
  'wasted_bytes',
  'failed_becoming',
  'failed_load',
  'dup_warnings',
  'requests',
];

/** One row per cell: medians, and ranges if they vary. Columns that do not fit are listed below. */
export function cellTable(cells: readonly CellReport[], notes: Footnotes, width: number): string[] {
  const names = leadingMetrics(cells);
  const metrics = names
    .map(name => metricColumn(name, cells, rankOf(name, names)))
    .filter(column => column !== undefined);
  const columns: RowColumn[] = [
    { head: ['n'], align: 'right' },
    ...metrics.map(({ column }) => column),
    { head: ['outcomes'], align: 'left' },
  ];
  const rows = cells.map(cell => ({
    label: escapeText(cell.cell.label, { length: 400 }),
    values: [
      String(cell.passed),
      ...metrics.map(({ median }) => median(cell)),
      `${countsOfCell(cell)}${notes.add(cell)}`,
    ],
    ranges: ['', ...metrics.map(({ range }) => range(cell)), ''],
  }));
  const { lines, left } = rowTable('cell', columns, rows, width);
  if (left.length === 0) return lines;
  return [...lines, ...fitLines([`no room for: ${left.join(', ')}`], width)];
}

function rankOf(name: string, names: readonly string[]): number {
  const place = important.indexOf(name);
  return place === -1 ? important.length + names.indexOf(name) : place;
}

interface MetricColumn {
  column: RowColumn;
  median: (cell: CellReport) => string;
  range: (cell: CellReport) => string;
}

/** A column with the texts of its cells: medians, and ranges where they vary. Undefined if no cell has the metric. */
function metricColumn(name: string, cells: readonly CellReport[], rank: number): MetricColumn | undefined {
  const known = cells.map(cell => cell.metrics.get(name)).filter(report => report !== undefined);
  const [first] = known;
  if (first === undefined) return undefined;
  const { title, unit } = first.metric;
  const scale = chooseScale(
    unit,
    known.map(report => report.median),
  );
  const words = escapeText(title, { length: 40 });
  const [word = '', ...others] = words.split(' ');
  const head = scale.unit === '' ? [word, others.join(' ')] : [words, scale.unit];
  return {
    column: { head: head.filter(line => line !== ''), align: 'decimal', rank },
    median: ({ metrics }) => {
      const report = metrics.get(name);
      return report ? formatValue(report.median, scale) : '-';
    },
    range: ({ metrics }) => {
      const report = metrics.get(name);
      return report && report.low !== report.high ? formatRange(report.low, report.high, scale) : '';
    },
  };
}
