import t from 'tap';
import { judgeRun } from '../../harness/judgement/judge-run.ts';
import { sequentialProgress } from '../../harness/judgement/sequential/sequential.ts';
import { fakeCell } from '../fakes/run-fixture.ts';
import { lenient, pairOfCells, sequentialFixture, simulate } from './sequential/sequential-fixture.ts';
import { makeContent } from './side-fixture.ts';

t.test('a run is judged by the comparison of its own matrix', async t => {
  const content = makeContent();
  t.equal(judgeRun(content), undefined, 'none declared');
  content.run.matrix.compare = { axis: 'config', base: 'stats' };
  t.match(judgeRun(content), { axis: { axis: 'config' }, judgement: { pairs: { length: 1 } } });
});

t.test('the looks that the run took limit the boots of each pair', async t => {
  const fixture = sequentialFixture(pairOfCells(2), lenient);
  // Two at a time: when the look is taken, a boot of the next one has begun.
  const records = simulate(
    fixture,
    ({ cell, repetition }) => ({ wasted_bytes: (cell.config === 'stats' ? 1e6 : 9e9) + repetition * 3e5 }),
    1,
    { ahead: 2 },
  );
  const content = { ...fixture, records };
  t.ok(records.length > 16, 'more boots than the look has');
  t.strictSame([...sequentialProgress(content)!.limits.values()], [8]);
  const [pair] = judgeRun(content)!.judgement.pairs;
  const waste = pair!.metrics.find(({ definition }) => definition.name === 'wasted_bytes');
  t.match(waste, {
    result: { verdict: 'REGRESSED', comparison: { base: { n: 8 }, candidate: { n: 8 } } },
    look: { index: 1 },
  });
});

t.test('an axis without a second value is an error', async t => {
  const content = makeContent([fakeCell('a', 'stats', 2)]);
  content.run.matrix.compare = { axis: 'config', base: 'stats' };
  t.throws(() => judgeRun(content), { code: 'COMPARE_AXIS' });
});
