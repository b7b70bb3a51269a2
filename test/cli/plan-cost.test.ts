import t from 'tap';
import { planCommand } from '../../harness/cli/commands/plan.ts';
import { earlierDurations } from '../../harness/cli/earlier-durations.ts';
import { changeLines } from '../../harness/cli/plan-cost.ts';
import { readHostEnvironment } from '../../harness/store/environment.ts';
import { fakeContext } from '../fakes/command-context.ts';
import { fakeCell, fakeRun } from '../fakes/run-fixture.ts';
import { fakeRunContent, writeFakeRun } from '../fakes/run-folder-fixture.ts';
import { count } from '../statistics/metrics.ts';

t.test('the sizes of what can be seen', async t => {
  const lines = (changes: (number | undefined)[], worse: 'higher' | 'lower' = 'higher') =>
    changeLines(
      {
        metrics: [
          {
            definition: { ...count, worse },
            changes: new Map(changes.map((one, place) => [String(place), one])),
          },
        ],
        ...{ declared: 12, known: 2, bases: 3 },
      },
      'nightly',
      8,
    );
  const [head, line] = lines([0.2678, 0.0812]);
  t.match(
    head,
    /^With 8 boots of each cell, .* \(spread of nightly, 2 of 3 base cells; corrected for 12 hypotheses\):$/,
  );
  t.equal(line, '  failed_becoming  +8.1 % to +27 %');
  t.equal(lines([1], 'lower')[1], '  failed_becoming  -50 %');
  t.match(lines([0.1, undefined])[1], /\+10 %, in other cells none$/);
  t.match(lines([undefined])[1], /none: too few boots/);
  const unknown = { metrics: [], declared: 0, known: 0, bases: 2 };
  t.match(changeLines(unknown, 'x', 8), [/^x has no boots of these cells/]);
});

t.test('earlier runs on such a host say how long a boot takes', async t => {
  const results = t.testdir();
  const cell = fakeCell('a', 'stats', 1);
  const { cpuModel } = readHostEnvironment();
  const content = fakeRunContent({
    run: fakeRun({ host: { ...fakeRun().host, cpuModel } }),
    cells: [cell],
    repetitions: 4,
    measure: () => ({}),
  });
  content.records.forEach((record, place) => {
    record.durationNs = [1e9, 2e9, 4e9, 9e9][place] ?? 0;
  });
  writeFakeRun(results, content);
  t.strictSame(await earlierDurations(results, [cell], 'tcg'), new Map([['a', 3e9]]));
  t.equal((await earlierDurations(results, [cell], 'kvm')).size, 0, 'KVM is another time');
  t.equal((await earlierDurations(results, [fakeCell('b', 'stats', 1)], 'tcg')).size, 0);
});

t.test('plan prints boots, CPU-hours, wall times and what a budget pays for', async t => {
  const context = fakeContext();
  const folders = { results: t.testdir(), baselines: t.testdir() };
  const options = { accel: 'tcg' as const, filter: [], seed: 1, budget: 20e9, ...folders };
  t.equal(await planCommand('quick', options, context), 0);
  t.match(context.output, /^24 boots, 0\.0\d+ CPU-hours$/m);
  t.match(context.output, /^ {4}1 {2}about \d/m);
  t.match(
    context.output,
    /^20\.0 s pay for 3 boots of each cell on \d hosts, about 1\d\.\d s:\n {2}modstorm run .*quick\.yaml --repetitions 3 --seed 1 --shard I\/\d$/m,
  );
});
