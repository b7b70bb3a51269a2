import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cellFacts, runFacts } from '../../harness/store/comparison-key.ts';
import { mergeShards, type ShardContent } from '../../harness/store/merge-shards.ts';
import { removeAbandonedMerges, writeMergedRun } from '../../harness/store/merged-folder.ts';
import { listRuns, RunFolder } from '../../harness/store/run-folder.ts';
import { samplesByCell } from '../../harness/store/sample.ts';
import { writeFakeRun } from '../fakes/run-folder-fixture.ts';
import { fakeShards, twiceTheWaste } from '../fakes/shards-fixture.ts';
import { load, oneKernel } from '../matrix/fixture.ts';

const matrix = load(
  `${oneKernel}axes: { config: [stats, stats+dups], vcpus: [1, 2] }\ntrials: 2\ncompare: { axis: config, base: stats }\n`,
  'quick.yaml',
);

/** The shards of the matrix in their folders, with evidence of every trial. */
function writeShards(root: string, shards: readonly ShardContent[]): RunFolder[] {
  return shards.map(({ path: _, ...content }, place) => {
    const folder = new RunFolder(writeFakeRun(join(root, String(place + 1)), content));
    for (const { id } of content.plan.trials) {
      mkdirSync(folder.trialFolder(id), { recursive: true });
      writeFileSync(join(folder.trialFolder(id), 'console.log'), `the console of ${id}`);
    }
    return folder;
  });
}

t.test('a merged run is a run, with the evidence of its trials', async t => {
  const root = t.testdir();
  const { whole, shards } = fakeShards(matrix, 7, 2, twiceTheWaste);
  const folders = writeShards(join(root, 'shards'), shards);
  const [trial] = whole.plan.trials;
  for (const folder of folders) {
    symlinkSync('/etc/passwd', join(folder.path, 'trials', 'link'));
    const own = (await folder.readPlan()).trials[0]!;
    symlinkSync('/etc/passwd', join(folder.trialFolder(own.id), 'link'));
  }
  const merged = mergeShards(shards, ['merge', 'shards']);
  const { folder, known } = await writeMergedRun(join(root, 'results'), merged, folders);
  t.notOk(known);
  t.match(folder.name, /^20261121T030001Z-quick.*-[0-9a-f]{4}$/);
  const content = await folder.load();
  t.equal(content.run.run, folder.name);
  t.strictSame(content.plan, whole.plan);
  t.strictSame(content.records, whole.records);
  t.equal(
    readFileSync(join(folder.trialFolder(trial!.id), 'console.log'), 'utf8'),
    `the console of ${trial!.id}`,
  );
  for (const { id } of whole.plan.trials)
    t.strictSame(readdirSync(folder.trialFolder(id)), ['console.log'], 'no link is followed or kept');
  const again = await writeMergedRun(join(root, 'results'), merged, folders);
  t.ok(again.known, 'the same shards are merged once');
  t.equal(again.folder.path, folder.path);
  const longer = mergeShards(
    shards.map((shard, place) => (place === 0 ? { ...shard, records: shard.records.slice(1) } : shard)),
    [],
  );
  const other = await writeMergedRun(join(root, 'results'), longer, folders);
  t.not(other.folder.path, folder.path, 'other records are another run');
  t.equal((await listRuns(join(root, 'results'))).length, 2);
  t.strictSame(readdirSync(join(root, 'results', '.merging')), [], 'nothing is left of the drafts');
});

t.test('a draft that a killed merge left is removed', async t => {
  const root = t.testdir({ '.merging': { 'some-run-0001': { 'run.json': '{}' } } });
  await removeAbandonedMerges(root);
  t.strictSame(readdirSync(join(root, '.merging')), []);
  await removeAbandonedMerges(join(root, 'nowhere'));
});

t.test('the CPU of unlike hosts is a fact of the cells', async t => {
  const { whole, shards } = fakeShards(matrix, 7, 2, twiceTheWaste);
  const [first, second] = shards;
  t.equal(runFacts(mergedRun([first!, second!]))['cpu_model'], 'AMD EPYC 9R14');
  const host = { ...second!.run.host, cpuModel: 'Intel Xeon' };
  const run = mergedRun([first!, { ...second!, run: { ...second!.run, host } }]);
  t.equal(runFacts(run)['cpu_model'], undefined, 'no CPU is that of the whole run');
  const facts = [...samplesByCell(whole.plan, whole.records).values()].map(samples =>
    cellFacts(samples, run),
  );
  const models = facts.map(({ cpu_model }) => cpu_model);
  t.strictSame([...new Set(models)].sort(), ['AMD EPYC 9R14', 'Intel Xeon']);
});

function mergedRun(shards: readonly ShardContent[]) {
  return { ...mergeShards(shards, []).run, run: 'r' };
}
