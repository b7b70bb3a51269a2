import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Trial } from '../../harness/plan/trial.ts';
import { listRuns } from '../../harness/store/run-folder.ts';
import { mergeDying } from '../fakes/dying-writer.ts';
import { everyDeath, foldersIn } from '../fakes/every-death.ts';
import { writeFakeRun } from '../fakes/run-folder-fixture.ts';
import { fakeShards, twiceTheWaste } from '../fakes/shards-fixture.ts';
import { load, oneKernel } from '../matrix/fixture.ts';

t.test('a merged run is whole or not there, and the next merge makes it', async t => {
  const root = t.testdir();
  const matrix = load(
    `${oneKernel}axes: { config: [stats, stats+dups], vcpus: [1, 2] }\ntrials: 1\ncompare: { axis: config, base: stats }\n`,
    'quick.yaml',
  );
  const { whole, shards } = fakeShards(matrix, 7, 2, twiceTheWaste);
  const prepare = (step: number) => {
    const folder = foldersIn(root)(step);
    for (const { path: _, ...shard } of shards) {
      const path = writeFakeRun(join(folder, 'shards'), shard);
      const [{ id }] = shard.plan.trials as [Trial];
      mkdirSync(join(path, 'trials', id), { recursive: true });
      writeFileSync(join(path, 'trials', id, 'console.log'), 'text');
    }
    return folder;
  };
  const steps = await everyDeath('merge', prepare, async ({ step, folder, promised }) => {
    const results = join(folder, 'results');
    const runs = await listRuns(results);
    t.strictSame(runs.map(({ name }) => name).slice(0, promised.length), promised, `step ${step}`);
    for (const run of runs) t.strictSame((await run.load()).records, whole.records, `step ${step}: whole`);
    const { folder: merged } = await mergeDying(folder);
    t.strictSame((await merged.load()).records, whole.records, `step ${step}: merged again`);
    t.strictSame(readdirSync(results).sort(), ['.merging', merged.name], `step ${step}: one run`);
    t.strictSame(readdirSync(join(results, '.merging')), [], `step ${step}: no draft is left`);
  });
  t.ok(steps >= 25, `${steps} steps were tried`);
});
