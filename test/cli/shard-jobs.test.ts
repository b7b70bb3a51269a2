import t from 'tap';
import { parse } from 'yaml';
import { planCommand } from '../../harness/cli/commands/plan.ts';
import { githubMatrix, gitlabPipeline } from '../../harness/cli/shard-jobs.ts';
import { planShards } from '../../harness/plan/plan-shards.ts';
import { fakeContext } from '../fakes/command-context.ts';
import { load, oneKernel } from '../matrix/fixture.ts';

const matrix = load(`${oneKernel}axes: { vcpus: [1, 2, 4] }\ntrials: 3\n`);
const shards = planShards(matrix, { seed: 7 }, 2, { accelerator: 'tcg', hostCores: 2 });

t.test('GitHub gets one line of JSON', async t => {
  const text = githubMatrix(shards);
  t.equal(text.indexOf('\n'), text.length - 1);
  const { include } = JSON.parse(text);
  t.match(include, [
    { shard: '1/2', index: 1, seed: 7, minutes: 1 },
    { shard: '2/2', index: 2, seed: 7 },
  ]);
  t.equal(include[0].trials + include[1].trials, 9);
});

t.test('GitLab gets a child pipeline', async t => {
  t.strictSame(parse(gitlabPipeline(shards)), {
    shard: {
      extends: '.modstorm-shard',
      parallel: { matrix: [{ SHARD: ['1/2', '2/2'], SEED: ['7'], REPETITIONS: ['3'] }] },
    },
  });
});

t.test('plan prints them', async t => {
  const context = fakeContext();
  const options = {
    accel: 'tcg' as const,
    filter: [],
    seed: 9,
    shards: 100,
    github: true,
    results: t.testdir(),
    baselines: t.testdir(),
  };
  t.equal(await planCommand('quick', options, context), 0);
  const { include } = JSON.parse(context.output);
  t.ok(include.length > 1);
  t.equal(include.at(-1).shard, `${include.length}/${include.length}`, 'no shard is empty');
});
