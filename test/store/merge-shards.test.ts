import t from 'tap';
import { mergeShards, type ShardContent } from '../../harness/store/merge-shards.ts';
import type { RunRecord } from '../../harness/store/run-record.ts';
import { fakeShards, twiceTheWaste } from '../fakes/shards-fixture.ts';
import { load, oneKernel } from '../matrix/fixture.ts';

const matrix = load(
  `${oneKernel}axes: { config: [stats, stats+dups], vcpus: [1, 2, 4, 8] }\ntrials: 3\ncompare: { axis: config, base: stats }\n`,
  'quick.yaml',
);
const fixture = () => fakeShards(matrix, 7, 3, twiceTheWaste);
const merge = (shards: readonly ShardContent[]) => mergeShards(shards, ['merge', 'shards']);

/** The shards with one of them changed. */
function changed(place: number, change: (run: RunRecord) => Partial<RunRecord>): ShardContent[] {
  return fixture().shards.map((shard, index) =>
    index === place ? { ...shard, run: { ...shard.run, ...change(shard.run) } } : shard,
  );
}

t.test('shards become the run that they are parts of', async t => {
  const { whole, shards } = fixture();
  const merged = merge([...shards].reverse());
  t.strictSame(merged.plan, whole.plan, 'the order of the folders does not matter');
  t.strictSame(merged.records, whole.records);
  t.strictSame(merged.run.kernels, whole.run.kernels);
  t.equal(merged.run.startedAt, '2026-11-21T03:00:01.000Z', 'the first shard began it');
  t.notOk('shard' in merged.run);
  t.strictSame(
    merged.run.shards.map(({ index, count, run }) => [index, count, run]),
    [1, 2, 3].map(index => [index, 3, `20261121T03000${index}Z-quick-3fa9`]),
  );
  const [image] = merged.run.images;
  t.equal(image?.cells.length, 8, 'one image of all cells');
});

t.test('hosts with other CPUs are kept apart', async t => {
  const unlike = changed(1, ({ host }) => ({ host: { ...host, cpuModel: 'Intel Xeon' } }));
  const { run } = merge(unlike);
  t.equal(run.host.cpuModel, 'AMD EPYC 9R14; Intel Xeon');
  t.strictSame(
    run.shards.map(({ host }) => host.cpuModel),
    ['AMD EPYC 9R14', 'Intel Xeon', 'AMD EPYC 9R14'],
  );
});

t.test('what is no shard of one run is refused, with what differs', async t => {
  const refused = (shards: readonly ShardContent[], code: string, message: RegExp) =>
    t.throws(() => merge(shards), { code, message }, message.source);
  const { whole, shards } = fixture();
  refused([], 'MERGE_NOTHING', /no shard/);
  refused([{ ...whole, path: 'whole' }], 'MERGE_NOTHING', /whole is a whole run/);
  refused(
    changed(0, () => ({ shards: [] })),
    'MERGE_NOTHING',
    /merged from shards already/,
  );
  refused(
    changed(0, () => ({ shard: { index: 1, count: 3 } })),
    'MERGE_NOTHING',
    /whole plan/,
  );
  refused(
    shards.slice(1),
    'MERGE_MISSING',
    /^\d cells of the plan are in no shard that was given: 1\/3 missing$/,
  );
  refused(
    [...shards, { ...shards[1]!, path: 'again' }],
    'MERGE_DOUBLED',
    /2\/3 was given twice: shards\/2, again/,
  );
  refused(
    changed(2, () => ({ seed: 8, planDigest: 'e'.repeat(64) })),
    'MERGE_UNLIKE',
    /^shards\/1 \(shard 1\/3\) and shards\/3 \(shard 3\/3\) are not shards of one run: seed 7 -> 8$/,
  );
  refused(
    changed(2, () => ({ planDigest: 'e'.repeat(64) })),
    'MERGE_UNLIKE',
    /: plan [0-9a-f]{12} -> eeeeeeeeeeee$/,
  );
  refused(
    changed(1, ({ kernels }) => ({ kernels: kernels.map(kernel => ({ ...kernel, objectDigest: 'x' })) })),
    'MERGE_UNLIKE',
    /kernel lts\/stats 6\.12\.95 o-stats, config unknown -> 6\.12\.95 x, config unknown/,
  );
  refused(
    changed(1, ({ matrix: one }) => ({ matrix: { ...one, gates: { failed_load: { atLeast: 2 } } } })),
    'MERGE_UNLIKE',
    /matrix quick\S* [0-9a-f]{12} -> quick\S* [0-9a-f]{12}$/,
  );
  refused(
    changed(1, ({ qemu, accelerator, tool }) => ({
      qemu: { ...qemu, version: '9.0' },
      accelerator: { ...accelerator, accelerator: 'kvm' },
      tool: { ...tool, revision: 'abc' },
    })),
    'MERGE_UNLIKE',
    /modstorm 0\.1\.0 -> 0\.1\.0 abc; accelerator tcg -> kvm; qemu 7\.2\.22 -> 9\.0$/,
  );
  refused(
    changed(1, () => ({ workloads: { 'stress-ng': 2 } })),
    'MERGE_UNLIKE',
    /workload stress-ng 1 \(.*\) -> 2 \(/,
  );
  refused(
    changed(1, ({ shard }) => ({ shard: { ...shard!, count: 4 } })),
    'MERGE_UNLIKE',
    /shards 3 -> 4/,
  );
  const shortened = shards.map((shard, place) =>
    place === 0 ? { ...shard, plan: { ...shard.plan, trials: shard.plan.trials.slice(1) } } : shard,
  );
  refused(shortened, 'MERGE_UNLIKE', /not those of their plan/);
});
