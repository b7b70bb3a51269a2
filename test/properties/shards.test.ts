import fc from 'fast-check';
import t from 'tap';
import { SequentialRun } from '../../harness/judgement/sequential/sequential-run.ts';
import type { Matrix } from '../../harness/matrix/matrix.ts';
import { loadExporter } from '../../harness/report/formats.ts';
import { reportRun } from '../../harness/report/run-report.ts';
import { mergeShards, namedRun } from '../../harness/store/merge-shards.ts';
import type { RunContent } from '../../harness/store/run-folder.ts';
import type { RunRecord } from '../../harness/store/run-record.ts';
import { fakeCount, fakeWaste } from '../fakes/run-folder-fixture.ts';
import { fakeShards, type MeasureTrial } from '../fakes/shards-fixture.ts';
import { load, oneKernel } from '../matrix/fixture.ts';

/** A matrix of A/B pairs, with a number of boots or with looks. */
const matrices = fc.record({
  vcpus: fc.uniqueArray(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 5 }),
  configs: fc.constantFrom('stats, stats+dups', 'stats, stats+dups, dups', 'stats+dups, stats'),
  trials: fc.constantFrom('2', '6', '9'),
});

/** A matrix whose totals can be compared, because its workload does a fixed amount of work. */
function fixedWork(text: string): Matrix {
  const matrix = load(`${oneKernel}${text}`);
  return { ...matrix, cells: matrix.cells.map(cell => ({ ...cell, design: 'fixed-work' })) };
}

const measure =
  (effect: number): MeasureTrial =>
  ({ cell }, random) =>
    fakeWaste(fakeCount(cell.config === 'stats' ? 100 : 100 * effect, random));

/** Several faces of a run, without its name and what it was merged from; its kernels and images in one order. */
async function facesOf(content: RunContent): Promise<string> {
  const { kernels, shards: _, ...kept } = content.run;
  const run: RunRecord = {
    ...kept,
    ...{ startedAt: '2026-11-21T03:00:00.000Z', command: [], images: [] },
    kernels: [...kernels].sort((a, b) => (a.config < b.config ? -1 : 1)),
  };
  const report = reportRun({ ...content, run }, 'results/r');
  const faces = ['terminal', 'junit', 'commit'] as const;
  const texts = await Promise.all(faces.map(async face => (await loadExporter(face)).run(report)));
  const document = JSON.parse((await loadExporter('json')).run(report));
  return [...texts, JSON.stringify(document, [...keysOf(document)].sort(), 1)].join('\n');
}

function keysOf(value: unknown): Set<string> {
  const keys = new Set<string>();
  JSON.stringify(value, (key, member) => {
    keys.add(key);
    return member;
  });
  return keys;
}

function firstDifference(one: string, other: string): string {
  const [left, right] = [one.split('\n'), other.split('\n')];
  const place = left.findIndex((line, index) => line !== right[index]);
  return `${left[place]} | ${right[place]}`;
}

t.test('merged shards are judged exactly like the whole run', async t => {
  let verdicts = '';
  await fc.assert(
    fc.asyncProperty(
      matrices,
      fc.integer({ min: 1, max: 6 }),
      fc.nat({ max: 1000 }),
      fc.constantFrom(1, 1.5, 6),
      async ({ vcpus, configs, trials }, count, seed, effect) => {
        const matrix = fixedWork(
          `axes: { config: [${configs}], vcpus: [${vcpus.join(', ')}] }\ntrials: ${trials}\ncompare: { axis: config, base: stats }\n`,
        );
        const { whole, shards } = fakeShards(matrix, seed, count, measure(effect));
        const merged = mergeShards(shards, []);
        const [one, other] = [
          await facesOf(whole),
          await facesOf({ ...merged, run: namedRun(merged, whole.run.run) }),
        ];
        verdicts += one;
        if (one !== other) throw new Error(`the faces differ: ${firstDifference(one, other)}`);
      },
    ),
    { numRuns: 40, seed: 20261127 },
  );
  for (const verdict of ['REGRESSED', 'INCONCLUSIVE', 'NOT_ENOUGH'])
    t.ok(verdicts.includes(`"${verdict}"`), `${verdict} was among them`);
});

t.test('a shard stops no pair that the whole run would continue', async t => {
  let stopped = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 4 }),
      fc.nat({ max: 1000 }),
      fc.constantFrom(1, 3, 30),
      (count, seed, effect) => {
        const matrix = fixedWork(
          `axes: { config: [stats, stats+dups], vcpus: [1, 2, 4, 8] }\ntrials: { looks: [6, 8, 12] }\n` +
            'gates: { failed_boots: { at least: 0.9 } }\ncompare: { axis: config, base: stats }\n',
        );
        const { shards } = fakeShards(matrix, seed, count, measure(effect));
        const ran = shards.map(shard => {
          const sequential = new SequentialRun({ ...shard, records: [] });
          const records = shard.records.filter((record, place) => {
            const trial = shard.plan.trials[place];
            if (trial === undefined || !sequential.stillWanted(trial)) return false;
            sequential.add(record);
            return true;
          });
          return { ...shard, records };
        });
        const merged = mergeShards(ran, []);
        const whole = new SequentialRun({ ...merged, run: namedRun(merged, 'r') });
        stopped += merged.plan.trials.length - merged.records.length;
        const wanting = merged.plan.trials.filter(
          trial => !merged.records.some(({ trial: id }) => id === trial.id) && whole.stillWanted(trial),
        );
        if (wanting.length > 0 || whole.progress?.awaited.size !== 0)
          throw new Error(`${wanting.length} trials are missing`);
      },
    ),
    { numRuns: 25, seed: 20261127 },
  );
  t.ok(stopped > 0, `${stopped} trials were spared`);
});
