import type { Cell } from '../matrix/matrix.ts';
import { resolveWorkload } from '../matrix/resolve-workload.ts';
import type { WorkloadDefinition } from '../matrix/workload.ts';
import type { Plan } from './trial.ts';

/** What a run's duration depends on beside its plan. */
export interface EstimateOptions {
  accelerator: 'kvm' | 'tcg';
  hostCores: number;
  /** Guests at one time; as many as the cores carry unless given. */
  jobs?: number;
  /** How long the cells' workloads last; five seconds each unless given. */
  workloads?: ReadonlyMap<string, WorkloadDefinition>;
  /** Durations of whole trials by cell id, in ns, as earlier runs had them; they take the place of the model. */
  measuredNs?: ReadonlyMap<string, number>;
}

/** What a plan will take, without building kernels and images. */
export interface PlanEstimate {
  /** Wall clock of the whole plan, in ns. */
  totalNs: number;
  /** The longest trial, in ns: no number of hosts makes the run shorter than that. */
  longestNs: number;
  /** One trial of each cell by its id, in ns. */
  cellNs: Map<string, number>;
}

/**
 * Seconds that a boot adds to its workload under TCG, by virtual CPUs, with QEMU 7.2 on 2 cores and from 3 up with
 * single-threaded translation. Up to 64 measured as wall time (7.5 s with a workload of 5 s at 2; 12.7 s at 32;
 * 13.6 s at 64). Above with 100 loaders for 1 s on idle cores: 128 in 9 s, 255 in 26 to 29 s. Between the points it is
 * interpolated.
 */
const bootSecondsTcg: readonly [number, number][] = [
  [1, 2.3],
  [2, 2.5],
  [32, 7.7],
  [64, 8.6],
  [128, 10],
  [255, 28],
];

/** Under KVM nothing was measured: a second to boot, and 5 ms to bring up each further CPU, is an assumption. */
const bootSecondsKvm: readonly [number, number][] = [
  [1, 1],
  [255, 2.3],
];

const unknownWorkloadNs = 5e9;
/** How far a block is searched for a trial that fits: an estimate of 10^5 cells must not take quadratic time. */
const lookAhead = 64;

/** Seconds of boot and shutdown of a cell, in ns, by the model for one accelerator (TCG unless given). */
export function bootEstimateNs(cell: Cell, accelerator: 'kvm' | 'tcg' = 'tcg'): number {
  return interpolate(accelerator === 'kvm' ? bootSecondsKvm : bootSecondsTcg, cell.vcpus) * 1e9;
}

/** How long a plan takes: each trial by the model or by what was measured, packed on the cores block by block. */
export function estimatePlan(plan: Plan, options: EstimateOptions): PlanEstimate {
  const cellNs = new Map<string, number>();
  for (const { cell } of plan.trials) {
    if (!cellNs.has(cell.id)) cellNs.set(cell.id, estimateCell(cell, options));
  }
  const longestNs = [...cellNs.values()].reduce((longest, ns) => Math.max(longest, ns), 0);
  return { totalNs: pack(plan, options, cellNs), longestNs, cellNs };
}

function estimateCell(cell: Cell, options: EstimateOptions): number {
  const measured = options.measuredNs?.get(cell.id);
  if (measured !== undefined) return measured;
  const definition = options.workloads?.get(cell.workload.name);
  const expected = definition && resolveWorkload(definition, cell.workload.parameters).expectedNs;
  return bootEstimateNs(cell, options.accelerator) + (expected || unknownWorkloadNs);
}

/** Starts trials as the scheduler does, overtaking only within a block, and says when the last one ends. */
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
      const index = waiting.findIndex(cell => coresOf(cell, options.accelerator, cores) <= free);
      if (index === -1) {
        now = running.reduce((earliest, one) => Math.min(earliest, one.end), Number.POSITIVE_INFINITY);
        const reached = now;
        running = running.filter(one => one.end > reached);
        continue;
      }
      const [cell] = waiting.splice(index, 1);
      if (next < block.length) waiting.push(block[next++]!);
      const stop = now + cellNs.get(cell!.id)!;
      running.push({ end: stop, cores: coresOf(cell!, options.accelerator, cores) });
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

/** Above the cores TCG translates in one thread, so that such a guest keeps one core busy. */
function coresOf(cell: Cell, accelerator: 'kvm' | 'tcg', cores: number): number {
  if (cell.vcpus <= cores) return cell.vcpus;
  return accelerator === 'tcg' ? 1 : cores;
}

function sumCores(running: readonly { cores: number }[]): number {
  return running.reduce((sum, one) => sum + one.cores, 0);
}

function interpolate(points: readonly [number, number][], at: number): number {
  const above = points.findIndex(([x]) => x >= at);
  if (above === 0) return points[0]![1];
  const [x1, y1] = points[above === -1 ? points.length - 2 : above - 1]!;
  const [x2, y2] = points[above === -1 ? points.length - 1 : above]!;
  return y1 + ((y2 - y1) * (at - x1)) / (x2 - x1);
}
