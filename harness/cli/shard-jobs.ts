import { stringify } from 'yaml';
import type { PlannedShard } from '../plan/plan-shards.ts';

/** How many jobs one `matrix` of GitHub Actions may have. */
export const githubJobs = 256;
/** How many jobs one `parallel: matrix` of GitLab may have. */
export const gitlabJobs = 200;

/**
 * The shards as one line of JSON for `strategy: { matrix: ${{ fromJSON(…) }} }` of GitHub Actions: `matrix.shard`,
 * `matrix.seed` and `matrix.repetitions` are the values of the options of `run`, `matrix.minutes` is the estimate, rounded up.
 */
export function githubMatrix(shards: readonly PlannedShard[]): string {
  const include = shards.map(({ shard, plan, estimate }) => ({
    shard: `${shard.index}/${shard.count}`,
    index: shard.index,
    seed: plan.seed,
    repetitions: plan.trials.length / plan.cells.length,
    trials: plan.trials.length,
    minutes: Math.ceil(estimate.totalNs / 60e9),
  }));
  return `${JSON.stringify({ include })}\n`;
}

/**
 * The shards as a child pipeline of GitLab, in which the job `shard` extends `.modstorm-shard` of the workflow and gets `SHARD`,
 * `SEED` and `REPETITIONS`.
 */
export function gitlabPipeline(shards: readonly PlannedShard[]): string {
  const names = shards.map(({ shard }) => `${shard.index}/${shard.count}`);
  const { plan } = shards[0] ?? {};
  const seed = String(plan?.seed ?? 0);
  const repetitions = String(plan === undefined ? 1 : plan.trials.length / plan.cells.length);
  return stringify({
    shard: {
      extends: '.modstorm-shard',
      parallel: { matrix: [{ SHARD: names, SEED: [seed], REPETITIONS: [repetitions] }] },
    },
  });
}
