import type { Cell } from '../matrix/matrix.ts';
import type { Outcome, StoredValue, TrialRecord } from '../measurement/record.ts';
import type { Plan } from '../plan/trial.ts';

/** A value of one trial: a bigint when no double holds it exactly; null when it was not measured, which is never zero. */
export type SampleValue = number | bigint | null;

/** What the trials of one cell left. */
export interface CellSamples {
  cell: Cell;
  /** Trials in the plan. */
  planned: number;
  /** All records of the cell, by repetition. */
  records: TrialRecord[];
  /** Repetitions of the trials that passed: the boots that every list of `values` is aligned to. */
  repetitions: number[];
  /** Metric to one value per passed trial. Only metrics that at least one of them has. */
  values: Map<string, SampleValue[]>;
}

/** Outcomes that are the guest's own doing: it ran and did not end well. Others say nothing about it. */
export const badOutcomes: ReadonlySet<Outcome['kind']> = new Set(['failed', 'crashed', 'timeout']);

/** Boot and workload time stand beside the metrics in a record; in samples they are metrics like the others. */
export const timeMetrics = { boot_ns: 'bootNs', workload_ns: 'workloadNs' } as const;

/**
 * The journal as samples, in the order in which the matrix has its cells. Only trials that passed give numbers: what an
 * invalid, failed, crashed or lost trial counted is evidence, not a measurement of its cell.
 */
export function collectSamples(plan: Plan, records: readonly TrialRecord[]): CellSamples[] {
  const cells = new Map<string, CellSamples>();
  for (const cell of plan.cells) {
    cells.set(cell.id, { cell, planned: 0, records: [], repetitions: [], values: new Map() });
  }
  for (const { cell } of plan.trials) cells.get(cell.id)!.planned++;
  for (const record of records) cells.get(record.cell)?.records.push(record);
  for (const samples of cells.values()) {
    samples.records.sort((a, b) => a.repetition - b.repetition);
    fillValues(samples);
  }
  return [...cells.values()];
}

function fillValues(samples: CellSamples): void {
  const passed = samples.records.filter(record => record.outcome.kind === 'passed');
  samples.repetitions = passed.map(record => record.repetition);
  for (const [index, record] of passed.entries()) {
    for (const [name, value] of Object.entries(metricsOf(record))) {
      let values = samples.values.get(name);
      if (!values) {
        values = new Array<SampleValue>(passed.length).fill(null);
        samples.values.set(name, values);
      }
      values[index] = readStored(value);
    }
  }
}

/** The metrics of a record with boot and workload time among them. */
export function metricsOf(record: TrialRecord): Record<string, StoredValue> {
  const metrics: Record<string, StoredValue> = { ...record.metrics };
  for (const [name, field] of Object.entries(timeMetrics)) {
    const value = record[field];
    if (value !== undefined && metrics[name] === undefined) metrics[name] = value;
  }
  return metrics;
}

/** A stored value as a number where that is exact, else as a bigint. */
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

/** How many records ended in each way. */
export function countOutcomes(records: readonly TrialRecord[]): Partial<Record<Outcome['kind'], number>> {
  const counts: Partial<Record<Outcome['kind'], number>> = {};
  for (const { outcome } of records) counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
  return counts;
}
