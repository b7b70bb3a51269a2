import { escapeText } from '../escape.ts';
import { type SparedTrials, sparedTrials } from '../judgement/sequential/spared-trials.ts';
import type { Cell } from '../matrix/matrix.ts';
import type { Metric } from '../measurement/metric.ts';
import { metricRegistry } from '../measurement/metric-registry.ts';
import type { Outcome, TrialRecord } from '../measurement/record.ts';
import { ownCommand } from '../project.ts';
import { shellQuote } from '../shell-quote.ts';
import type { RunContent } from '../store/run-folder.ts';
import type { RunRecord } from '../store/run-record.ts';
import { type CellSamples, countOutcomes, passedValues, samplesByCell } from '../store/sample.ts';
import { type BlameReport, blameReport } from './blame.ts';
import {
  type FoldedCaller,
  type FoldedDuplicate,
  type FoldedFinding,
  foldCallers,
  foldDuplicates,
  foldFindings,
} from './folded.ts';
import { explainOutliers } from './pressure-outliers.ts';
import { type MetricSummary, summarize } from './summary.ts';

/** One metric of one cell. */
export interface MetricReport extends MetricSummary {
  /** From the registry. A metric that is not in it is shown as a count. */
  metric: Metric;
}

/** One cell of the report. */
export interface CellReport {
  cell: Cell;
  planned: number;
  /** Trials of the plan without a record, not counting spared ones. */
  missing: number;
  /** Trials that the looks made unnecessary, and the number of boots after which the cell was decided. */
  spared?: SparedTrials | undefined;
  /** Boots that passed. Only these give numbers. */
  passed: number;
  outcomes: Partial<Record<Outcome['kind'], number>>;
  metrics: Map<string, MetricReport>;
  findings: FoldedFinding[];
  duplicates: FoldedDuplicate[];
  duplicateRequests: FoldedDuplicate[];
  /** The callers that made these requests; empty if the kernel printed no stacks. */
  callers: FoldedCaller[];
  /** Who loaded what; undefined if no boot was traced. */
  blame?: BlameReport | undefined;
}

/** A trial that the reader should look at: any outcome except passed. */
export interface TroubledTrial {
  record: TrialRecord;
  cell: Cell;
  /** The command that runs this cell once. */
  reproduce: string;
}

/** The data behind every format of the report. */
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
  /** From the start of the first trial to the end of the last, in ns; 0 without records. */
  elapsedNs: number;
}

/** Builds the report of a run from the contents of its folder. Pure. */
export function buildReportModel(content: RunContent): ReportModel {
  const { run, plan, records } = content;
  const registry = metricRegistry(run.workloadMetrics ?? {});
  const spared = sparedTrials(content);
  const cells = [...samplesByCell(plan, records).values()].map(samples =>
    cellReport(samples, registry, spared.get(samples.cell.id)),
  );
  const cellsById = new Map(cells.map(({ cell }) => [cell.id, cell]));
  const troubled = records
    .filter(record => record.outcome.kind !== 'passed')
    .sort((a, b) => a.order - b.order)
    .flatMap((record): TroubledTrial[] => {
      const cell = cellsById.get(record.cell);
      return cell ? [{ record, cell, reproduce: reproduceCommand(run, cell) }] : [];
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
  const { cell, planned, records } = samples;
  const passed = records.filter(record => record.outcome.kind === 'passed');
  const times = [...metrics.values()].flatMap(({ metric }) => (metric.class === 'time' ? [metric] : []));
  return {
    cell,
    planned,
    missing: Math.max(0, planned - records.length - (spared?.count ?? 0)),
    spared,
    passed: passed.length,
    outcomes: countOutcomes(records),
    metrics,
    findings: [...foldFindings(records), ...explainOutliers(samples, times)],
    duplicates: foldDuplicates(passed.map(record => record.duplicates)),
    duplicateRequests: foldDuplicates(passed.map(record => record.duplicateRequests)),
    callers: foldCallers(passed.map(record => record.callers ?? [])),
    blame: blameReport(passed),
  };
}

/** A metric that this version does not know, such as one of a workload that is not stored with the run. */
function unknownMetric(name: string): Metric {
  return {
    name,
    title: name,
    unit: 'count',
    class: 'count',
    worse: 'none',
    family: name,
    headline: false,
    total: false,
    gate: { atLeast: 0, relative: 0 },
    counters: [],
    description: '',
  };
}

/** From the first start to the last end, ns, of each part of a run, added up; see TrialRecord.clock. */
function elapsed(records: readonly TrialRecord[]): number {
  const parts = new Map<string, { start: number; end: number }>();
  for (const { clock, durationNs } of records) {
    if (clock === undefined) return elapsedByDate(records);
    const { start, end } = parts.get(clock.base) ?? { start: clock.startNs, end: 0 };
    const ended = clock.startNs + durationNs;
    parts.set(clock.base, { start: Math.min(start, clock.startNs), end: Math.max(end, ended) });
  }
  return [...parts.values()].reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Of records of older versions: wrong if somebody set the clock of the host meanwhile. */
function elapsedByDate(records: readonly TrialRecord[]): number {
  const starts = records.map(record => Date.parse(record.startedAt) * 1e6).filter(Number.isFinite);
  if (starts.length === 0) return 0;
  const ends = records
    .map(record => Date.parse(record.startedAt) * 1e6 + record.durationNs)
    .filter(Number.isFinite);
  return ends.reduce((a, b) => Math.max(a, b)) - starts.reduce((a, b) => Math.min(a, b));
}

/** A command line, ready to paste, that boots one cell of a run once. */
export function reproduceCommand(run: RunRecord, cell: Cell): string {
  const words = [...ownCommand, 'run', run.matrixFile];
  for (const axis of run.matrix.varied) {
    const value = cell.names?.[axis] ?? cell.settings[axis];
    if (value !== undefined) words.push('--filter', `${axis}=${value}`);
  }
  if (run.accelerator.requested !== 'auto') words.push('--accel', run.accelerator.requested);
  words.push('--repetitions', '1');
  return escapeText(shellQuote(words));
}
