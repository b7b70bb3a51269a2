import type { Metric } from '../measurement/metric.ts';
import type { CellReport } from './report-model.ts';

/** One metric of one cell as time series take it: median and range as numbers, in the base unit. */
export interface MetricValue {
  cell: CellReport;
  name: string;
  unit: Metric['unit'];
  worse: Metric['worse'];
  n: number;
  median: number;
  low: number;
  high: number;
}

/** Every metric that a boot measured, cell by cell; what none measured is absent, and never zero. */
export function metricValues(cells: readonly CellReport[]): MetricValue[] {
  return cells.flatMap(cell =>
    [...cell.metrics].map(([name, { metric, n, median, low, high }]) => ({
      cell,
      name,
      unit: metric.unit,
      worse: metric.worse,
      n,
      median: Number(median),
      low: Number(low),
      high: Number(high),
    })),
  );
}

/** Names that differ for texts that differ, also where a consumer takes fewer characters than a cell or a metric has. */
export class UniqueNames {
  readonly #taken = new Map<string, string>();

  /** @param key what is named; the same key has the same name always */
  nameOf(key: string, wanted: string): string {
    let name = wanted;
    for (let count = 2; (this.#taken.get(name) ?? key) !== key; count++) name = `${wanted}_${count}`;
    this.#taken.set(name, key);
    return name;
  }
}
