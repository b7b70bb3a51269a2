import type { Metric } from '../measurement/metric.ts';
import type { CellReport } from './report-model.ts';

/** One metric of one cell for time series: median and range as numbers, in the base unit. */
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

/** Every measured metric of each cell; metrics without a value are absent, never zero. */
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

/** Unique names for unique texts, even if a consumer allows fewer characters than cells or metrics have. */
export class UniqueNames {
  readonly #taken = new Map<string, string>();

  /** @param key what to name; the same key always gets the same name */
  nameOf(key: string, wanted: string): string {
    let name = wanted;
    for (let count = 2; (this.#taken.get(name) ?? key) !== key; count++) name = `${wanted}_${count}`;
    this.#taken.set(name, key);
    return name;
  }
}
