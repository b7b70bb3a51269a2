import type { GateSetting } from '../matrix/matrix.ts';
import type { WorkloadDesign } from '../matrix/workload/workload-design.ts';
import { isHeavySteal } from '../measurement/host-steal.ts';
import type { WorkloadMetricDefinition } from '../measurement/metric.ts';
import { metrics } from '../measurement/metric-table.ts';
import { wastedBytes } from '../measurement/module-stats/cross-check.ts';
import type { CounterName } from '../measurement/module-stats/kernel-counter.ts';
import type { DuplicateModule, ModuleStats } from '../measurement/module-stats/module-stats.ts';
import type { Baseline, BaselineCell } from '../store/baseline.ts';
import { cellFacts, type Facts, runFacts } from '../store/comparison-key.ts';
import { kernelOfCell } from '../store/kernel-of-cell.ts';
import type { RunContent } from '../store/run-folder.ts';
import type { RunRecord } from '../store/run-record.ts';
import { type CellSamples, readStored, type SampleValue, samplesByCell } from '../store/sample.ts';

/** The counts of one boot, as in its `stats` text; for reports, which show them without a verdict. */
export interface BootStats {
  /** The debugfs counters at the end of the boot, decimal. */
  counters: Partial<Record<CounterName, string>>;
  duplicates: readonly DuplicateModule[];
}

/** One cell of a side, with its values. */
export interface SideCell {
  id: string;
  label: string;
  settings: Record<string, string>;
  /** Axis name to the short name of its value, where the matrix gives one. */
  names?: Readonly<Record<string, string>> | undefined;
  /** The design of its workload; fixed work if unknown. */
  design: WorkloadDesign;
  /** Object digest of the kernel that it booted; undefined if unknown. */
  kernel: string | undefined;
  /** Facts that must match the other side; undefined if no trial passed, because then they are unknown. */
  facts: Facts | undefined;
  /** Maps a metric to one value per repetition, in order; null if the trial did not measure it. */
  values: ReadonlyMap<string, readonly SampleValue[]>;
  /** Position in time of each repetition, to check for drift; empty if unknown. */
  order: readonly (number | undefined)[];
  /** Number of boots that passed while the hypervisor of the host took much of its CPU time; 0 for a baseline. */
  underSteal: number;
  /** What the boots that passed counted, where the kernel counts; empty for a baseline, which keeps values only. */
  boots: readonly BootStats[];
}

/** One side of a comparison: a run, a baseline, or a text from some other machine. */
export interface Side {
  kind: 'run' | 'baseline' | 'text';
  /** Name of the run or baseline, path of the text. */
  name: string;
  /** Name of the run its values come from, which is one session of its host; undefined for a text. */
  run: string | undefined;
  /** ISO 8601 UTC; undefined for a text. */
  startedAt: string | undefined;
  /** Facts of the whole side; undefined for a text, whose machine is unknown. */
  facts: Facts | undefined;
  /** Where and how a run was made; undefined for a baseline and a text. */
  record: RunRecord | undefined;
  /** Axes that vary, in the order of the matrix. */
  varied: readonly string[];
  cells: readonly SideCell[];
  workloadMetrics: Readonly<Record<string, readonly WorkloadMetricDefinition[]>>;
  gates: Readonly<Record<string, GateSetting>>;
}

/** The metric that counts failed boots, so that a kernel that crashes is worse, not just unmeasured. */
export const failedBoots = 'failed_boots';

/** A run as a side. Pure: uses only the journal. */
export function sideOfRun({ run, plan, records }: RunContent): Side {
  const cells = samplesByCell(plan, records);
  return {
    kind: 'run',
    name: run.run,
    run: run.run,
    startedAt: run.startedAt,
    facts: runFacts(run),
    record: run,
    varied: run.matrix.varied,
    cells: [...cells.values()].map(samples => runCell(samples, run)),
    workloadMetrics: run.workloadMetrics ?? {},
    gates: run.matrix.gates,
  };
}

function runCell(samples: CellSamples, run: RunRecord): SideCell {
  const { cell, bad, passed, records } = samples;
  const order = new Array<number | undefined>(bad.length).fill(undefined);
  for (const { repetition, startedAt } of records) {
    if (bad[repetition - 1] !== null) order[repetition - 1] = Date.parse(startedAt);
  }
  return {
    id: cell.id,
    label: cell.label,
    settings: cell.settings,
    names: cell.names,
    design: cell.design,
    kernel: kernelOfCell(run, cell.settings),
    facts: passed.length > 0 ? cellFacts(samples, run) : undefined,
    values: new Map([[failedBoots, bad.map(one => (one === null ? null : Number(one)))], ...samples.values]),
    order,
    underSteal: records.filter(
      ({ outcome, hostPressure }) => outcome.kind === 'passed' && isHeavySteal(hostPressure),
    ).length,
    boots: records.flatMap(({ outcome, counters, duplicates }) =>
      outcome.kind === 'passed' && counters ? [{ counters: counters.after, duplicates }] : [],
    ),
  };
}

/** A saved baseline as a side. */
export function sideOfBaseline(baseline: Baseline): Side {
  return {
    kind: 'baseline',
    name: baseline.name,
    run: baseline.run,
    startedAt: baseline.startedAt,
    facts: baseline.facts,
    record: undefined,
    varied: [],
    cells: baseline.cells.map(baselineCell),
    workloadMetrics: baseline.workloadMetrics ?? {},
    gates: {},
  };
}

function baselineCell(cell: BaselineCell): SideCell {
  const values = new Map<string, SampleValue[]>();
  for (const [name, stored] of Object.entries(cell.samples)) {
    values.set(
      name,
      stored.map(value => (value === null ? null : readStored(value))),
    );
  }
  const ended = [
    ...new Array<SampleValue>(cell.repetitions.length).fill(0),
    ...new Array<SampleValue>(cell.failed ?? 0).fill(1),
  ];
  values.set(failedBoots, ended);
  return {
    id: cell.id,
    label: cell.label,
    settings: cell.settings,
    design: cell.design ?? 'fixed-work',
    kernel: cell.kernel,
    facts: cell.repetitions.length > 0 ? cell.facts : undefined,
    values,
    order: [],
    underSteal: 0,
    boots: [],
  };
}

/** A modules/stats text as a side: one cell with one value per metric, from an unknown machine. */
export function sideOfText(path: string, stats: ModuleStats): Side {
  return {
    kind: 'text',
    name: path,
    run: undefined,
    startedAt: undefined,
    facts: undefined,
    record: undefined,
    varied: [],
    cells: [
      {
        id: 'text',
        label: 'stats text',
        settings: {},
        design: 'fixed-work',
        kernel: undefined,
        facts: undefined,
        values: textValues(stats),
        order: [],
        underSteal: 0,
        boots: [{ counters: decimalCounters(stats), duplicates: stats.duplicates }],
      },
    ],
    workloadMetrics: {},
    gates: {},
  };
}

function decimalCounters({ counters }: ModuleStats): BootStats['counters'] {
  return Object.fromEntries(Object.entries(counters).map(([name, value]) => [name, value.toString()]));
}

/** The counters of a text: totals since boot, under the names of the metrics that measure their change. */
function textValues(stats: ModuleStats): Map<string, SampleValue[]> {
  const values = new Map<string, SampleValue[]>();
  const set = (name: string, value: bigint | undefined) => {
    if (value !== undefined) values.set(name, [readStored(value.toString())]);
  };
  set('wasted_bytes', stats.wastedBytes ?? wastedBytes(stats.counters));
  for (const { name, counters } of metrics) {
    const [counter, another] = counters;
    if (counter !== undefined && another === undefined) set(name, stats.counters[counter]);
  }
  if (stats.duplicates.length > 0) {
    set('duplicates', BigInt(stats.duplicates.reduce((sum, { count }) => sum + count, 0)));
    set('duplicate_modules', BigInt(stats.duplicates.length));
  }
  return values;
}
