import type { CellReport } from './report-model.ts';

/** The leading metrics of workloads with a fixed time: rates, because totals measure the speed of the kernel. */
const rateMetrics = ['requests', 'failures_per_request', 'waste_per_request', 'loads_per_second'] as const;

/** The metrics of a table of cells, in its order; a column appears when a cell has it. */
const tableMetrics = [
  'attempts',
  'mods_loaded',
  'failed_becoming',
  'failed_load',
  'wasted_bytes',
  'memory_peak_bytes',
  'dup_warnings',
  'settle_ns',
  'latency_median_ns',
  'instructions_boot',
  'instructions_workload',
  'boot_ns',
  'workload_ns',
] as const;

/** Omitted if the rates that are computed from them are shown. */
const countedInRates: ReadonlySet<string> = new Set(['attempts', 'mods_loaded']);

/** The names of the metrics that lead a table of these cells, measured or not. */
export function leadingMetrics(cells: readonly CellReport[]): readonly string[] {
  const isFixedTime = cells.some(({ cell }) => cell.design === 'fixed-time');
  return isFixedTime
    ? [...rateMetrics, ...tableMetrics.filter(name => !countedInRates.has(name))]
    : tableMetrics;
}
