import type { Matrix } from '../matrix/matrix.ts';
import { type EstimateOptions, estimatePlan, type PlanEstimate } from './estimate.ts';
import { makePlan, type PlanOptions } from './plan.ts';
import type { Shard } from './shard.ts';
import { comparedGroups } from './shard-selection.ts';
import type { Plan } from './trial.ts';

/** A shard of a plan, and how long it takes. */
export interface PlannedShard {
  shard: Shard;
  plan: Plan;
  estimate: PlanEstimate;
}

/**
 * The shards of a plan. There are at most as many as groups of compared cells, so that none is empty.
 * @param count wanted number of shards, from 1
 * @throws UsageError like `makePlan`
 */
export function planShards(
  matrix: Matrix,
  options: Omit<PlanOptions, 'shard'>,
  count: number,
  estimate: EstimateOptions,
): PlannedShard[] {
  const whole = makePlan(matrix, options);
  const used = Math.min(count, comparedGroups(whole.cells, matrix.compare));
  if (used === 1)
    return [{ shard: { index: 1, count: 1 }, plan: whole, estimate: estimatePlan(whole, estimate) }];
  return Array.from({ length: used }, (_, place) => {
    const shard = { index: place + 1, count: used };
    const plan = makePlan(matrix, { ...options, shard });
    return { shard, plan, estimate: estimatePlan(plan, estimate) };
  });
}
