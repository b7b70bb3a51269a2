import { escapeText } from '../../escape.ts';
import type { MetricUnit } from '../../measurement/metric.ts';
import type { CellReport } from '../report-model.ts';
import { chooseScale, formatValue } from './quantity.ts';
import { rowTable } from './row-table.ts';
import type { Column } from './table.ts';

/** The metrics of guests/workloads/load-cost.yaml to show, with the headings of their columns. */
const columns: readonly { name: string; head: string; unit: MetricUnit }[] = [
  { name: 'module_bytes', head: 'module', unit: 'bytes' },
  { name: 'symbols', head: 'symbols', unit: 'count' },
  { name: 'decompress_ns', head: 'unpack', unit: 'ns' },
  { name: 'load_ns', head: 'load', unit: 'ns' },
  { name: 'duplicate_load_ns', head: 'duplicate', unit: 'ns' },
  { name: 'unload_ns', head: 'unload', unit: 'ns' },
  { name: 'load_peak_bytes', head: 'load peak', unit: 'bytes' },
  { name: 'duplicate_load_bytes', head: 'wasted', unit: 'bytes' },
  { name: 'core_bytes', head: 'kept', unit: 'bytes' },
];

/** What one load, one duplicate load and one unload cost in each cell that measured it: medians over its boots. */
export function loadCostLines(cells: readonly CellReport[], width?: number): string[] {
  const measured = cells.filter(({ metrics }) => metrics.has('load_ns') && metrics.has('duplicate_load_ns'));
  if (measured.length === 0) return [];
  const shown = columns.filter(({ name }) => measured.some(({ metrics }) => metrics.has(name)));
  const rendered = shown.map(({ name, head, unit }) => {
    const values = measured.map(({ metrics }) => metrics.get(name)?.median);
    const scale = chooseScale(
      unit,
      values.filter(value => value !== undefined),
    );
    const column: Column = { head: [head, scale.unit], align: 'decimal' };
    return { column, texts: values.map(value => (value === undefined ? '-' : formatValue(value, scale))) };
  });
  return rowTable(
    'one load of',
    rendered.map(({ column }) => column),
    measured.map(({ cell }, index) => ({
      label: escapeText(cell.label, { length: 400 }),
      values: rendered.map(({ texts }) => texts[index] ?? ''),
    })),
    width,
  ).lines;
}
