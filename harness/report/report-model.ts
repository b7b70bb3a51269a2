import type { Cell } from '../matrix/matrix.ts';
import type { Finding } from '../measurement/finding.ts';
import type { Metric } from '../measurement/metric.ts';
import { metricRegistry } from '../measurement/metric-registry.ts';
import type { Outcome, TrialRecord } from '../measurement/record.ts';
import type { Plan } from '../plan/trial.ts';
import type { RunRecord } from '../store/run-record.ts';
import { type CellSamples, countOutcomes, passedValues, samplesByCell } from '../store/sample.ts';
import { type FoldedCaller, foldCallers } from './callers.ts';
import { reproduceCommand } from './reproduce.ts';
import { type MetricSummary, summarize } from './summary.ts';

/** One metric of one cell. */
export interface MetricReport extends MetricSummary {
  /** From the registry; a metric that it lacks is shown as a count. */
  metric: Metric;
}

/** Findings of one code over the trials of a cell. */
export interface FoldedFinding {
  code: string;
  severity: Finding['severity'];
  /** The message of the first one; hostile text, escape it. */
  message: string;
  /** Trials that have it. */
  trials: number;
}

/** Duplicate loads or requests of one module, summed over the boots of a cell that passed. */
export interface FoldedDuplicate {
  name: string;
  /** As in the stats text; absent for requests that the kernel reported. */
  reason?: string;
  total: number;
  boots: number;
}

/** One cell of the report. */
export interface CellReport {
  cell: Cell;
  planned: number;
  /** Trials of the plan without a record, those apart that were spared. */
  missing: number;
  /** Trials that the looks made unnecessary, and the boots after which they had no further question to the cell. */
  spared?: { count: number; after: number };
  /** Boots that passed: the only ones that give numbers. */
  passed: number;
  outcomes: Partial<Record<Outcome['kind'], number>>;
  metrics: Map<string, MetricReport>;
  findings: FoldedFinding[];
  duplicates: FoldedDuplicate[];
  duplicateRequests: FoldedDuplicate[];
  /** Who made these requests; empty when the kernel printed no stacks. */
  callers: FoldedCaller[];
}

/** A trial that a reader must look at: every outcome but passed. */
export interface TroubledTrial {
  record: TrialRecord;
  cell: Cell;
  /** The command that runs this cell once. */
  reproduce: string;
}

/** What every format of the report is made from. */
export interface ReportModel {
  run: RunRecord;
  cells: CellReport[];
  /** In the order of the plan. */
  troubled: TroubledTrial[];
  outcomes: Partial<Record<Outcome['kind'], number>>;
  planned: number;
  missing: number;
  /** Trials that the looks of a sequential run made unnecessary. */
  spared: number;
  /** From the start of the first trial to the end of the last, ns; 0 without records. */
  elapsedNs: number;
}

/** Trials that a sequential run left out on purpose, by cell id. */
export type SparedByCell = ReadonlyMap<string, { count: number; after: number }>;

/**
 * The report of a run from what its folder holds; pure.
 * @param spared what the looks of the run made unnecessary; those trials are not missing
 */
export function buildReportModel(
  run: RunRecord,
  plan: Plan,
  records: readonly TrialRecord[],
  spared: SparedByCell = new Map(),
): ReportModel {
  const registry = metricRegistry(run.workloadMetrics ?? {});
  const cells = [...samplesByCell(plan, records).values()].map(samples =>
    cellReport(samples, registry, spared.get(samples.cell.id)),
  );
  const cellsById = new Map(cells.map(({ cell }) => [cell.id, cell]));
  const troubled = records
    .filter(record => record.outcome.kind !== 'passed' && cellsById.has(record.cell))
    .sort((a, b) => a.order - b.order)
    .map((record): TroubledTrial => {
      const cell = cellsById.get(record.cell)!;
      return { record, cell, reproduce: reproduceCommand(run, cell) };
    });
  return {
    run,
    cells,
    troubled,
    outcomes: countOutcomes(records),
    planned: plan.trials.length,
    missing: cells.reduce((total, cell) => total + cell.missing, 0),
    spared: cells.reduce((total, cell) => total + (cell.spared?.count ?? 0), 0),
    elapsedNs: elapsed(records),
  };
}

function cellReport(
  samples: CellSamples,
  registry: ReadonlyMap<string, Metric>,
  spared: CellReport['spared'],
): CellReport {
  const metrics = new Map<string, MetricReport>();
  for (const name of samples.values.keys()) {
    const summary = summarize(passedValues(samples, name));
    if (summary) metrics.set(name, { metric: registry.get(name) ?? unknownMetric(name), ...summary });
  }
  const passed = samples.records.filter(record => record.outcome.kind === 'passed');
  return {
    cell: samples.cell,
    planned: samples.planned,
    missing: Math.max(0, samples.planned - samples.records.length - (spared?.count ?? 0)),
    ...(spared && { spared }),
    passed: passed.length,
    outcomes: countOutcomes(samples.records),
    metrics,
    findings: foldFindings(samples.records),
    duplicates: foldDuplicates(passed.map(record => record.duplicates)),
    duplicateRequests: foldDuplicates(passed.map(record => record.duplicateRequests)),
    callers: foldCallers(passed.map(record => record.callers ?? [])),
  };
}

/** A metric that this version does not know, such as one of a workload whose definition the run did not keep. */
function unknownMetric(name: string): Metric {
  return {
    name,
    title: name,
    unit: 'count',
    class: 'count',
    worse: 'none',
    family: name,
    headline: false,
    gate: { atLeast: 0, relative: 0 },
    counters: [],
    description: '',
  };
}

function foldFindings(records: readonly TrialRecord[]): FoldedFinding[] {
  const folded = new Map<string, FoldedFinding>();
  for (const record of records) {
    for (const finding of new Map(
      record.findings.map(one => [`${one.severity} ${one.code}`, one]),
    ).values()) {
      const key = `${finding.severity} ${finding.code}`;
      const known = folded.get(key);
      if (known) known.trials++;
      else
        folded.set(key, {
          code: finding.code,
          severity: finding.severity,
          message: finding.message,
          trials: 1,
        });
    }
  }
  return [...folded.values()];
}

function foldDuplicates(
  boots: readonly (readonly { name: string; count: number; reason?: string }[])[],
): FoldedDuplicate[] {
  const folded = new Map<string, FoldedDuplicate>();
  for (const boot of boots) {
    for (const { name, count, reason } of boot) {
      const key = JSON.stringify([name, reason]);
      const known = folded.get(key) ?? { name, ...(reason !== undefined && { reason }), total: 0, boots: 0 };
      known.total += count;
      known.boots++;
      folded.set(key, known);
    }
  }
  return [...folded.values()].sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
}

function elapsed(records: readonly TrialRecord[]): number {
  const starts = records.map(record => Date.parse(record.startedAt) * 1e6).filter(Number.isFinite);
  if (starts.length === 0) return 0;
  const ends = records
    .map(record => Date.parse(record.startedAt) * 1e6 + record.durationNs)
    .filter(Number.isFinite);
  return ends.reduce((a, b) => Math.max(a, b)) - starts.reduce((a, b) => Math.min(a, b));
}
