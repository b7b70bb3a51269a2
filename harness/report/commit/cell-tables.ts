import type { Metric } from '../../measurement/metric.ts';
import { metrics as ownMetrics } from '../../measurement/metric-table.ts';
import { leadingMetrics } from '../leading-metrics.ts';
import type { CellReport, MetricReport, ReportModel } from '../report-model.ts';
import { formatRange, formatValue } from '../text/quantity.ts';
import { type Column, renderTable } from '../text/table.ts';
import { mailWidth, plainText } from './mail-text.ts';
import { commitScale, supportedScale } from './number.ts';

/** A column of values: its heading, and a text for each cell. */
interface ValueColumn {
  column: Column;
  texts: string[];
}

/**
 * One row per cell with medians and ranges, for runs without a comparison. Each table has as many metrics as fit; the others
 * follow in further tables.
 */
export function cellTables({ run, cells }: ReportModel): string[][] {
  const columns = metricsOfCells(cells).map(metric => metricColumn(metric, cells));
  const labels = labelColumns(cells, run.matrix.varied);
  const tables: string[][] = [];
  let rest = columns;
  while (rest.length > 0) {
    const count = fitting(labels, rest);
    tables.push(render([...labels, ...rest.slice(0, count)], cells.length));
    rest = rest.slice(count);
  }
  return tables;
}

/** The main metrics of reports, then those that only the workload measures. */
export function metricsOfCells(cells: readonly CellReport[]): Metric[] {
  const measured = new Map(
    cells.flatMap(({ metrics }) => [...metrics].map(([name, { metric }]) => [name, metric] as const)),
  );
  const own = new Set(ownMetrics.map(({ name }) => name));
  const leading = leadingMetrics(cells);
  const names = [
    ...leading,
    ...[...measured.keys()].filter(name => !own.has(name) && !leading.includes(name)),
  ];
  return names.flatMap(name => measured.get(name) ?? []);
}

/** One column per varying axis, or the whole label if the columns would be too wide. */
function labelColumns(cells: readonly CellReport[], varied: readonly string[]): ValueColumn[] {
  const axes = varied.filter(axis => new Set(cells.map(({ cell }) => cell.settings[axis])).size > 1);
  const columns = axes.map((axis): ValueColumn => {
    const texts = cells.map(({ cell }) => plainText(cell.settings[axis] ?? '-', 24));
    const numeric = texts.every(text => /^\d+$/.test(text));
    const head = plainText(axis.split('.').at(-1) ?? axis, 20);
    return { column: { head: [head], align: numeric ? 'right' : 'left' }, texts };
  });
  const n: ValueColumn = {
    column: { head: ['n'], align: 'right' },
    texts: cells.map(({ passed }) => String(passed)),
  };
  if (axes.length > 0 && widthOf([...columns, n]) <= mailWidth / 2) return [...columns, n];
  const texts = cells.map(({ cell }) => plainText(cell.label, 30));
  return [{ column: { head: ['cell'], align: 'left' }, texts }, n];
}

function metricColumn(metric: Metric, cells: readonly CellReport[]): ValueColumn {
  const { title, unit, texts } = valueTexts(metric, cells);
  return { column: { head: [plainText(title, 30), unit], align: 'right' }, texts };
}

/** A metric of some cells as texts in one unit, `11 [10..18]`: median and range, `-` if it was not measured. */
export function valueTexts(
  metric: Metric,
  cells: readonly CellReport[],
): { title: string; unit: string; texts: string[] } {
  const known = cells.flatMap(({ metrics }) => metrics.get(metric.name) ?? []);
  const medians = known.map(({ median }) => median);
  const spreads = known.map(({ low, high }) => Number(high) - Number(low)).filter(spread => spread > 0);
  const finest = spreads.length > 0 ? spreads.reduce((a, b) => Math.min(a, b)) / 2 : undefined;
  const scale = supportedScale(commitScale(metric.unit, medians), medians, finest);
  const text = (report: MetricReport | undefined) => {
    if (report === undefined) return '-';
    const median = formatValue(report.median, scale);
    return report.low === report.high ? median : `${median} [${formatRange(report.low, report.high, scale)}]`;
  };
  return {
    title: metric.title,
    unit: scale.unit,
    texts: cells.map(({ metrics }) => text(metrics.get(metric.name))),
  };
}

function fitting(labels: readonly ValueColumn[], columns: readonly ValueColumn[]): number {
  let count = 1;
  while (count < columns.length && widthOf([...labels, ...columns.slice(0, count + 1)]) <= mailWidth) count++;
  return count;
}

function widthOf(columns: readonly ValueColumn[]): number {
  const widths = columns.map(({ column, texts }) =>
    Math.max(...[...column.head, ...texts].map(text => text.length)),
  );
  return widths.reduce((sum, width) => sum + width + 2, -2);
}

function render(columns: readonly ValueColumn[], rows: number): string[] {
  return renderTable(
    columns.map(({ column }) => column),
    Array.from({ length: rows }, (_, index) => columns.map(({ texts }) => texts[index] ?? '')),
  );
}
