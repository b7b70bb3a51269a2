import type { Cell } from '../matrix/matrix.ts';
import { resolveWorkload } from '../matrix/workload/resolve-workload.ts';
import type { Workloads } from '../matrix/workload/workload-catalog.ts';
import type { Plan } from './trial.ts';

/** What the duration of a run depends on, apart from its plan. */
export interface EstimateOptions {
  accelerator: 'kvm' | 'tcg';
  hostCores: number;
  /** Number of concurrent guests. Default: as many as the cores allow. */
  jobs?: number;
  /** Definitions of the workloads, for their durations. Default: five seconds each. */
  workloads?: Workloads;
  /** Durations of whole trials in earlier runs by cell ID, in ns. They replace the model. */
  measuredNs?: ReadonlyMap<string, number>;
}

/** The duration of a plan, without building kernels and images. */
export interface PlanEstimate {
  /** Wall clock of the whole plan, in ns. */
  totalNs: number;
  /** The longest trial, in ns: the run cannot be shorter than that, with any number of hosts. */
  longestNs: number;
  /** Duration of one trial of each cell by its ID, in ns. */
  cellNs: Map<string, number>;
  /** Time of host cores that the guests occupy, in ns. */
  coreNs: number;
}

/**
 * Seconds of a trial under TCG apart from the workload, by virtual CPUs, measured with QEMU 7.2 on 2 idle cores, with
 * single-threaded translation from 3 vCPUs on: medians of whole stress-ng trials minus the timeout (6 each up to 8 vCPUs;
 * above, single runs of 7 s, 9.5 s and 23 s with a workload of 1 s). Values between the points are interpolated. A busy
 * host takes up to twice as long.
 */
const bootSecondsTcg: readonly [number, number][] = [
  [1, 1.7],
  [2, 1.7],
  [8, 2],
  [64, 6],
  [128, 8.5],
  [255, 22],
];

/** Not measured under KVM. Assumes one second to boot, and 5 ms for each additional CPU. */
const bootSecondsKvm: readonly [number, number][] = [
  [1, 1],
  [255, 2.3],
];

/** Assumed duration of a workload without a bound or a measurement. */
const unknownWorkloadNs = 5e9;
/** Assumed speed-up of an unbounded workload by KVM. */
const kvmSpeed = 8;
/** CPU time of a trial with counted instructions relative to one without, measured with one vCPU and a storm of xfs. */
const countingCost = 1.8;
/** How far to search a block for a trial that fits, so that an estimate of 10^5 cells does not take quadratic time. */
const lookAhead = 64;

/** Seconds of boot and shutdown of a cell, in ns, by the model for one accelerator (default: TCG). */
export function bootEstimateNs(cell: Cell, accelerator: 'kvm' | 'tcg' = 'tcg'): number {
  return interpolate(accelerator === 'kvm' ? bootSecondsKvm : bootSecondsTcg, cell.vcpus) * 1e9;
}

/** Estimates the duration of a plan: each trial by the model or by measurements, packed on the cores block by block. */
export function estimatePlan(plan: Plan, options: EstimateOptions): PlanEstimate {
  const cellNs = new Map<string, number>();
  for (const { cell } of plan.trials) {
    if (!cellNs.has(cell.id)) cellNs.set(cell.id, estimateCell(cell, options));
  }
  const longestNs = [...cellNs.values()].reduce((longest, ns) => Math.max(longest, ns), 0);
  const cores = Math.max(1, options.hostCores);
  const coreNs = plan.trials.reduce(
    (sum, { cell }) => sum + (cellNs.get(cell.id) ?? 0) * coresOf(cell, options.accelerator, cores),
    0,
  );
  return { totalNs: pack(plan, options, cellNs), longestNs, cellNs, coreNs };
}

function estimateCell(cell: Cell, options: EstimateOptions): number {
  const measured = options.measuredNs?.get(cell.id);
  if (measured !== undefined) return measured;
  const ns = bootEstimateNs(cell, options.accelerator) + workloadEstimateNs(cell, options);
  return cell.clock === 'instructions' ? ns * countingCost : ns;
}

/** The parameter that bounds the workload, else the file's estimate for emulated guests: a base plus a time per vCPU. */
function workloadEstimateNs(cell: Cell, { accelerator, workloads }: EstimateOptions): number {
  const definition = workloads?.get(cell.workload.name);
  const bound = definition && resolveWorkload(definition, cell.workload.parameters).expectedNs;
  if (bound) return bound;
  if (definition?.expected === undefined) return unknownWorkloadNs;
  const { baseNs, perVcpuNs } = definition.expected;
  return (baseNs + perVcpuNs * cell.vcpus) / (accelerator === 'kvm' ? kvmSpeed : 1);
}

/** Simulates the scheduler, which overtakes only within a block, and returns when the last trial ends. */
function pack(plan: Plan, options: EstimateOptions, cellNs: ReadonlyMap<string, number>): number {
  const cores = Math.max(1, options.hostCores);
  const jobs = Math.max(1, options.jobs ?? cores);
  let running: { end: number; cores: number }[] = [];
  let now = 0;
  let end = 0;
  for (const block of blocksOf(plan)) {
    const waiting = block.slice(0, lookAhead);
    let next = waiting.length;
    while (waiting.length > 0) {
      const free = running.length >= jobs ? 0 : cores - sumCores(running);
      const cell = waiting.find(cell => coresOf(cell, options.accelerator, cores) <= free);
      if (cell === undefined) {
        now = running.reduce((earliest, one) => Math.min(earliest, one.end), Number.POSITIVE_INFINITY);
        const reached = now;
        running = running.filter(one => one.end > reached);
        continue;
      }
      waiting.splice(waiting.indexOf(cell), 1);
      const following = block[next++];
      if (following !== undefined) waiting.push(following);
      // biome-ignore lint/style/noNonNullAssertion: every cell of the plan has its time
      const stop = now + cellNs.get(cell.id)!;
      running.push({ end: stop, cores: coresOf(cell, options.accelerator, cores) });
      end = Math.max(end, stop);
    }
  }
  return end;
}

/** The cells of each repetition, in planned order. */
function blocksOf(plan: Plan): Cell[][] {
  const blocks = new Map<number, Cell[]>();
  for (const { repetition, cell } of plan.trials) {
    const block = blocks.get(repetition);
    if (block === undefined) blocks.set(repetition, [cell]);
    else block.push(cell);
  }
  return [...blocks.values()];
}

/** With more vCPUs than cores, or to count instructions, TCG uses one thread, so such a guest keeps one core busy. */
function coresOf(cell: Cell, accelerator: 'kvm' | 'tcg', cores: number): number {
  if (cell.clock === 'instructions') return 1;
  if (cell.vcpus <= cores) return cell.vcpus;
  return accelerator === 'tcg' ? 1 : cores;
}

function sumCores(running: readonly { cores: number }[]): number {
  return running.reduce((sum, one) => sum + one.cores, 0);
}

function interpolate(points: readonly [number, number][], at: number): number {
  const above = points.findIndex(([x]) => x >= at);
  const end = above === -1 ? points.length - 1 : above;
  // biome-ignore lint/style/noNonNullAssertion: each table has two points or more
  const [left, right] = [points[Math.max(0, end - 1)]!, points[end]!];
  if (left === right) return right[1];
  const [x1, y1] = left;
  const [x2, y2] = right;
  return y1 + ((y2 - y1) * (at - x1)) / (x2 - x1);
}
