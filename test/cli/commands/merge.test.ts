import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { mergeCommand } from '../../../harness/cli/commands/merge.ts';
import { resumedRun, runCommand } from '../../../harness/cli/commands/run.ts';
import { roleInHistory } from '../../../harness/judgement/history/run-history.ts';
import { listRuns } from '../../../harness/store/run-folder.ts';
import { fakeContext } from '../../fakes/command-context.ts';
import { fakeRecord } from '../../fakes/run-fixture.ts';
import { writeFakeRun } from '../../fakes/run-folder-fixture.ts';
import { fakeShards, twiceTheWaste } from '../../fakes/shards-fixture.ts';
import { load, oneKernel } from '../../matrix/fixture.ts';

const matrix = load(
  `${oneKernel}axes: { config: [stats, stats+dups], vcpus: [1, 2] }\ntrials: 2\ncompare: { axis: config, base: stats }\n`,
  'quick.yaml',
);
const { shards } = fakeShards(matrix, 7, 2, twiceTheWaste);

/** Two shards as CI leaves them: each in a folder of its artifact. */
function writeShards(root: string, some = shards): string[] {
  return some.map(({ path, ...content }) => {
    writeFakeRun(join(root, path), content);
    return join(root, path);
  });
}

async function merge(root: string, ...folders: string[]) {
  const context = fakeContext();
  const results = join(root, 'results');
  const code = await mergeCommand(folders, { results, json: true }, context);
  return { code, context, results };
}

t.test('merges artifacts, prints the report and writes it', async t => {
  const root = t.testdir();
  const folders = writeShards(root);
  const { code, context, results } = await merge(root, ...folders);
  t.equal(code, 0);
  t.match(context.errors, /^Merged 2 shards: .*results\/2026/);
  const [folder] = await listRuns(results);
  t.ok(readdirSync(folder!.reportFolder).includes('comparison.json'));
  const report = JSON.parse(readFileSync(join(folder!.reportFolder, 'report.json'), 'utf8'));
  t.equal(report.run.shards.length, 2);
  t.strictSame(JSON.parse(context.output), report);
  t.match((await merge(root, ...folders)).context.errors, /^2 shards were merged before/);
  t.equal(roleInHistory(report.run), 'point');
  t.equal(roleInHistory(shards[0]!.run), 'none', 'a shard is a part of a point');
  await t.rejects(
    resumedRun(folder!.name, { filter: [], results }),
    { code: 'RESUME_MERGED' },
    'other hosts made its trials',
  );
});

t.test('shards and their merged run may be in one folder', async t => {
  const root = t.testdir();
  for (const { path: _, ...content } of shards) writeFakeRun(join(root, 'results'), content);
  t.equal((await merge(root, join(root, 'results'))).code, 0);
  const again = await merge(root, join(root, 'results'));
  t.match(again.context.errors, /merged before/);
});

t.test('the outcome of the trials decides, and an unfinished shard is unknown', async t => {
  const [first, second] = shards;
  const [trial] = first!.plan.trials;
  const crash = fakeRecord(trial!, {}, { kind: 'crashed', title: 'panic', class: 'panic' });
  const crashed = { ...first!, records: [crash, ...first!.records.slice(1)] };
  const root = t.testdir({ a: {}, b: {} });
  t.equal((await merge(join(root, 'a'), ...writeShards(join(root, 'a'), [crashed, second!]))).code, 1);
  const short = { ...first!, records: first!.records.slice(1) };
  const { code, context } = await merge(join(root, 'b'), ...writeShards(join(root, 'b'), [short, second!]));
  t.equal(code, 3);
  t.match(context.errors, /1 trial of the plan did not run: resume the shard/);
});

t.test('a missing shard leaves nothing', async t => {
  const root = t.testdir();
  const [folder] = writeShards(root);
  await t.rejects(merge(root, folder!), { code: 'MERGE_MISSING' });
  t.notOk(existsSync(join(root, 'results')));
  await t.rejects(merge(root, join(root, 'nowhere')), { code: 'RUN_UNKNOWN' });
});

t.test('a shard needs the seed that the others have', async t => {
  const shard = { index: 1, count: 2 };
  const run = runCommand('quick', { accel: 'tcg', filter: [], results: t.testdir(), shard }, fakeContext());
  await t.rejects(run, { code: 'SHARD_SEED' });
});
