import { UsageError } from '../errors.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { formatDuration, plural } from '../units.ts';
import type { EstimateOptions } from './estimate.ts';
import { makePlan, maximumRepetitions, type PlanOptions } from './plan.ts';
import { type PlannedShard, planShards } from './plan-shards.ts';

/** What may be spent. */
export interface Budget {
  /** Wall clock of the longest shard, ns. */
  wallNs: number;
  /** Hosts that can work at the same time. */
  hosts: number;
}

/** Repetitions and shards that fit a budget. */
export interface BudgetChoice {
  repetitions: number;
  shards: PlannedShard[];
}

/** Wall clock of shards that run at the same time, ns. */
export function wallTimeNs(shards: readonly PlannedShard[]): number {
  return Math.max(...shards.map(({ estimate }) => estimate.totalNs));
}

/**
 * The boots that a budget pays for. If it pays for all repetitions of the matrix, on the fewest hosts; else the most repetitions on
 * all hosts. With declared looks, repetitions end at a look. Builds of kernels are not included.
 * @throws UsageError BUDGET_SMALL if it does not pay for one boot of each cell; others like `makePlan`
 */
export function chooseWithin(
  matrix: Matrix,
  options: Omit<PlanOptions, 'shard'>,
  budget: Budget,
  estimate: EstimateOptions,
): BudgetChoice {
  const at = (repetitions: number, count: number): BudgetChoice => ({
    repetitions,
    shards: planShards(matrix, { ...options, repetitions }, count, estimate),
  });
  const fits = ({ shards }: BudgetChoice) => wallTimeNs(shards) <= budget.wallNs;
  const whole = makePlan(matrix, options);
  const wanted = whole.trials.length / whole.cells.length;
  for (let hosts = 1; hosts <= budget.hosts; hosts++) {
    const choice = at(wanted, hosts);
    if (fits(choice)) return choice;
    // More hosts than groups of compared cells would not be faster.
    if (choice.shards.length < hosts) break;
  }
  const steps =
    matrix.trials.kind === 'looks' ? matrix.trials.looks : range(Math.min(wanted, maximumRepetitions));
  const choices = steps.filter(repetitions => repetitions < wanted);
  let [low, high] = [-1, choices.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(at(choices[middle] ?? 1, budget.hosts))) low = middle;
    else high = middle;
  }
  const repetitions = choices[low];
  if (repetitions !== undefined) return at(repetitions, budget.hosts);
  const least = at(choices[0] ?? 1, budget.hosts);
  throw new UsageError(
    'BUDGET_SMALL',
    `${formatDuration(budget.wallNs)} on ${plural(budget.hosts, 'host')} is too little: ` +
      `${plural(least.repetitions, 'boot')} of each cell take about ${formatDuration(wallTimeNs(least.shards))}`,
    { hint: 'Give more time, more hosts with --shards, or fewer cells with --filter.' },
  );
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place + 1);
}
