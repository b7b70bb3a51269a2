import t from 'tap';
import { judgePairs } from '../../../harness/judgement/judgement.ts';
import { pairWithin } from '../../../harness/judgement/pairing.ts';
import { sequentialProgress } from '../../../harness/judgement/sequential/sequential.ts';
import { sideOfRun } from '../../../harness/judgement/side.ts';
import type { TrialRecord } from '../../../harness/measurement/record.ts';
import type { Plan } from '../../../harness/plan/trial.ts';
import { makeRandom } from '../../../harness/random.ts';
import type { RunRecord } from '../../../harness/store/run-record.ts';
import { fakeCell, fakeRecord } from '../../fakes/run-fixture.ts';
import { fakeCapabilities, fakeCount } from '../../fakes/run-folder-fixture.ts';
import {
  compare,
  lenient,
  looks,
  type Measure,
  pairOfCells,
  sequentialFixture,
  simulate,
} from './sequential-fixture.ts';

function judgeAt(fixture: { run: RunRecord; plan: Plan }, records: readonly TrialRecord[]) {
  const side = sideOfRun({ ...fixture, records });
  const { limits } = sequentialProgress({ ...fixture, records })!;
  const { pairs } = pairWithin(side, compare);
  return judgePairs({ base: side, next: side, pairs, looks, limits, random: makeRandom(1) });
}

t.test('boots go where they are needed', async t => {
  const cells = [...pairOfCells(2), ...pairOfCells(8), fakeCell('lone', 'stats', 64)];
  const fixture = sequentialFixture(cells, lenient);
  const measure: Measure = ({ cell }, random) => {
    // Two CPUs: the same in every boot, so decided at once. Eight: noise around no change, so open to the end.
    const failed = cell.vcpus === 8 ? fakeCount(100, random) : cell.config === 'stats' ? 10 : 500;
    return { wasted_bytes: failed * 1e6, failed_becoming: failed };
  };
  const records = simulate(fixture, measure, 3);
  const boots = (cell: string) => records.filter(record => record.cell === cell).length;
  t.equal(boots('a2'), 8, 'decided at the first look');
  t.equal(boots('b2'), 8);
  t.equal(boots('a8'), 20);
  t.equal(boots('b8'), 20);
  t.equal(boots('lone'), 8, 'what is compared with nothing is not booted to the last look');
  const progress = sequentialProgress({ ...fixture, records })!;
  t.equal(progress.taken, 3);
  t.strictSame(Object.fromEntries(progress.limits), {
    'vcpus=2 config=stats+dups': 8,
    'vcpus=8 config=stats+dups': 20,
  });
  const judged = judgeAt(fixture, records);
  t.match(judged.pairs[0]?.metrics[0], {
    definition: { name: 'wasted_bytes' },
    result: { verdict: 'REGRESSED', comparison: { base: { n: 8 } } },
    look: { index: 1 },
  });
  t.equal(judged.pairs[1]?.metrics[0]?.look?.index, 3);
  const strict = simulate(sequentialFixture(cells), measure, 3);
  t.equal(
    strict.filter(record => record.cell === 'a2').length,
    20,
    'boots that all passed do not stop those of failed_boots: 5 % of them may still fail',
  );
});

t.test('a base goes on as long as any of its partners is open', async t => {
  const cells = [
    fakeCell('base', 'stats', 2),
    fakeCell('same', 'stats+dups', 2),
    fakeCell('noisy', 'stats+dups-trace', 2),
  ];
  const fixture = sequentialFixture(cells, lenient);
  const measure: Measure = ({ cell }, random) => ({
    wasted_bytes: cell.id === 'same' ? 9e9 : fakeCount(100, random) * 1e6,
  });
  const records = simulate(fixture, measure, 5);
  const boots = (cell: string) => records.filter(record => record.cell === cell).length;
  t.equal(boots('base'), 20);
  t.equal(boots('same'), 8);
  t.equal(boots('noisy'), 20);
});

t.test('a resumed run decides as the uninterrupted one, however far trials ran ahead', async t => {
  const fixture = sequentialFixture([...pairOfCells(2), ...pairOfCells(4)], lenient);
  const measure: Measure = ({ cell }, random) => ({
    wasted_bytes: fakeCount(cell.vcpus === 2 && cell.config !== 'stats' ? 4000 : 100, random) * 1e6,
  });
  const whole = simulate(fixture, measure, 11);
  const verdicts = (records: readonly TrialRecord[]) =>
    judgeAt(fixture, records).pairs.map(({ metrics }) =>
      metrics.map(({ result, look }) => [result.verdict, result.adjusted, look?.index]),
    );
  for (const stopAfter of [1, 17, 32, 35, 47, 60]) {
    const first = simulate(fixture, measure, 11, { stopAfter });
    const resumed = simulate(fixture, measure, 11, { records: first });
    t.strictSame(verdicts(resumed), verdicts(whole), `stopped after ${stopAfter}`);
  }
  t.strictSame(verdicts(simulate(fixture, measure, 11, { ahead: 3 })), verdicts(whole), 'three at a time');
  t.strictSame(verdicts([...whole].reverse()), verdicts(whole), 'the order of the journal does not matter');
});

t.test('trials that fail or are lost fill a look, and interrupted ones do not', async t => {
  const fixture = sequentialFixture(pairOfCells(2));
  const records = fixture.plan.trials
    .filter(({ repetition }) => repetition <= 8)
    .map(trial =>
      fakeRecord(trial, { wasted_bytes: 5 }, undefined, { capabilities: fakeCapabilities(trial.cell) }),
    );
  t.match(sequentialProgress({ ...fixture, records }), { taken: 1, awaited: new Set() });
  const crashed = records.with(3, {
    ...records[3]!,
    outcome: { kind: 'crashed', title: 'x', class: 'oops' },
  });
  t.equal(sequentialProgress({ ...fixture, records: crashed })!.taken, 1);
  const interrupted = records.with(3, { ...records[3]!, outcome: { kind: 'interrupted' } });
  t.match(sequentialProgress({ ...fixture, records: interrupted }), {
    taken: 0,
    awaited: new Set([records[3]!.trial]),
  });
  t.equal(
    sequentialProgress({
      run: { ...fixture.run, matrix: { ...fixture.run.matrix, trials: { kind: 'fixed', count: 3 } } },
      plan: fixture.plan,
      records: [],
    }),
    undefined,
  );
});

t.test('over the whole matrix and all looks the error level holds', async t => {
  const runs = 200;
  const cells = [...pairOfCells(1), ...pairOfCells(2), ...pairOfCells(4)];
  let alarms = 0;
  let boots = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const fixture = sequentialFixture(cells);
    const measure: Measure = ({ cell }, random) => {
      const failed = fakeCount(50 * cell.vcpus, random);
      return {
        wasted_bytes: failed * 1e6,
        failed_becoming: failed,
        // Mostly zero, which is where tests with ties go wrong.
        dup_warnings: random.uniform() < 0.85 ? 0 : fakeCount(3, random),
        boot_ns: 1.5e9 + Math.round(random.uniform() * 1e8),
      };
    };
    const records = simulate(fixture, measure, seed);
    boots += records.length;
    const judged = judgeAt(fixture, records);
    const claims = judged.pairs.some(({ metrics }) =>
      metrics.some(({ definition, result }) => definition.gated && result.changed),
    );
    if (claims) alarms++;
  }
  const bound = runs * 0.05 + 3 * Math.sqrt(runs * 0.05 * 0.95);
  t.ok(alarms <= bound, `${alarms} of ${runs} A/A matrices raised an alarm; at most ${bound.toFixed(1)} may`);
  t.comment(`${alarms} of ${runs} A/A matrices alarmed, ${(boots / runs).toFixed(1)} boots each of 120`);
});
