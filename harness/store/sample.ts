import type { Cell } from '../matrix/matrix.ts';
import type { Outcome, StoredValue, TrialRecord } from '../measurement/record.ts';
import type { Plan } from '../plan/trial.ts';

/** A value of one trial: a bigint if it is not exact as a double; null if it was not measured, which is never zero. */
export type SampleValue = number | bigint | null;

/** The results of the trials of one cell. */
export interface CellSamples {
  cell: Cell;
  /** Number of trials in the plan. */
  planned: number;
  /** All records of the cell, by repetition. */
  records: TrialRecord[];
  /** Repetitions of the trials that passed. */
  passed: number[];
  /**
   * Whether the boot of each repetition failed through the fault of the guest, with the first repetition at index 0; null if
   * there is no such boot, or if its outcome says nothing about the guest.
   */
  bad: (boolean | null)[];
  /** Metric to one value per repetition, like `bad`; null if that boot did not measure it. Only metrics with a value. */
  values: Map<string, SampleValue[]>;
}

/** Outcomes that are the guest's fault: it ran and failed. Other outcomes say nothing about it. */
export const badOutcomes: ReadonlySet<Outcome['kind']> = new Set(['failed', 'crashed', 'timeout']);

/** Boot and workload time are separate from the metrics in a record, but in samples they are metrics like the others. */
const timeMetrics = { boot_ns: 'bootNs', workload_ns: 'workloadNs' } as const;

/**
 * The journal as samples, by cell ID and in the order of the cells in the matrix. Only trials that passed give numbers:
 * the counts of an invalid, failed, crashed or lost trial are evidence, not a measurement of its cell.
 */
export function samplesByCell(plan: Plan, records: readonly TrialRecord[]): Map<string, CellSamples> {
  const cells = new Map<string, CellSamples>();
  for (const cell of plan.cells) {
    cells.set(cell.id, { cell, planned: 0, records: [], passed: [], bad: [], values: new Map() });
  }
  for (const { cell } of plan.trials) {
    const samples = cells.get(cell.id);
    if (samples) samples.planned++;
  }
  for (const record of records) cells.get(record.cell)?.records.push(record);
  for (const samples of cells.values()) {
    samples.records.sort((a, b) => a.repetition - b.repetition);
    fillValues(samples);
  }
  return cells;
}

function fillValues(samples: CellSamples): void {
  const { records, values } = samples;
  const places = records.at(-1)?.repetition ?? 0;
  samples.bad = new Array<boolean | null>(places).fill(null);
  for (const record of records) {
    const place = record.repetition - 1;
    if (badOutcomes.has(record.outcome.kind)) samples.bad[place] = true;
    if (record.outcome.kind !== 'passed') continue;
    samples.bad[place] = false;
    samples.passed.push(record.repetition);
    for (const [name, value] of Object.entries(metricsOf(record))) {
      const list = values.get(name) ?? new Array<SampleValue>(places).fill(null);
      values.set(name, list);
      list[place] = readStored(value);
    }
  }
}

/** The values of a metric in the trials that passed, in the order of `passed`. */
export function passedValues(samples: CellSamples, metric: string): SampleValue[] {
  const list = samples.values.get(metric) ?? [];
  return samples.passed.map(repetition => list[repetition - 1] ?? null);
}

/** The values of a sample that were measured, as numbers for a plot: exact up to 2^53. */
export function measuredNumbers(values: readonly SampleValue[] = []): number[] {
  return values.flatMap(value => (value === null ? [] : [Number(value)]));
}

/** The trials that ended with any outcome except an interruption. */
export function endedTrials(records: readonly TrialRecord[]): Set<string> {
  return new Set(records.filter(({ outcome }) => outcome.kind !== 'interrupted').map(({ trial }) => trial));
}

/** The metrics of a record, including boot and workload time. */
export function metricsOf(record: TrialRecord): Record<string, StoredValue> {
  const metrics: Record<string, StoredValue> = { ...record.metrics };
  for (const [name, field] of Object.entries(timeMetrics)) {
    const value = record[field];
    if (value !== undefined && metrics[name] === undefined) metrics[name] = value;
  }
  return metrics;
}

/** A stored value as a number if that is exact, else as a bigint. */
export function readStored(value: StoredValue): number | bigint {
  if (typeof value === 'number') return value;
  const exact = BigInt(value);
  const rounded = Number(exact);
  return Number.isSafeInteger(rounded) ? rounded : exact;
}

/** A value as the journal and baselines store it. */
export function storeValue(value: number | bigint): StoredValue {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Number of records with each outcome. */
export function countOutcomes(records: readonly TrialRecord[]): Partial<Record<Outcome['kind'], number>> {
  const counts: Partial<Record<Outcome['kind'], number>> = {};
  for (const { outcome } of records) counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
  return counts;
}
