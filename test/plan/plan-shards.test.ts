import t from 'tap';
import { planShards } from '../../harness/plan/plan-shards.ts';
import { load, oneKernel } from '../matrix/fixture.ts';

const matrix = load(
  `${oneKernel}axes: { config: [stats, stats+dups], vcpus: [1, 2, 4, 8] }\ntrials: 3\ncompare: { axis: config, base: stats }\n`,
);
const options = { accelerator: 'tcg', hostCores: 2 } as const;

t.test('no shard is empty, and together they are the plan', async t => {
  const shards = planShards(matrix, { seed: 7 }, 9, options);
  t.equal(shards.length, 4, 'one for each number of CPUs');
  t.strictSame(shards[3]?.shard, { index: 4, count: 4 });
  t.equal(
    shards.reduce((sum, { plan }) => sum + plan.trials.length, 0),
    24,
  );
  t.ok(shards.every(({ plan, estimate }) => plan.trials.length === 6 && estimate.totalNs > 0));
  const [whole] = planShards(matrix, { seed: 7 }, 1, options);
  t.equal(whole?.plan.trials.length, 24);
  t.strictSame(whole?.shard, { index: 1, count: 1 });
});
