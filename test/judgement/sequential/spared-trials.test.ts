import t from 'tap';
import { sparedTrials } from '../../../harness/judgement/sequential/spared-trials.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeCount } from '../../fakes/run-folder-fixture.ts';
import { lenient, type Measure, pairOfCells, sequentialFixture, simulate } from './sequential-fixture.ts';

const fixture = sequentialFixture([...pairOfCells(2), ...pairOfCells(8)], lenient);
/** Two CPUs differ in every boot, eight never do for certain. */
const measure: Measure = ({ cell }, random) => ({
  wasted_bytes: cell.vcpus === 8 ? fakeCount(100, random) * 1e6 : cell.config === 'stats' ? 1e7 : 5e8,
});

t.test('boots after the look that decided a cell are spared', async t => {
  const records = simulate(fixture, measure, 3);
  t.strictSame(
    [...sparedTrials({ ...fixture, records })],
    [
      ['a2', { count: 12, after: 8 }],
      ['b2', { count: 12, after: 8 }],
    ],
  );
});

t.test('boots that an interrupted run still has to do are not', async t => {
  const interrupted = simulate(fixture, measure, 3, { stopAfter: 20 });
  t.equal(sparedTrials({ ...fixture, records: interrupted }).size, 0, 'the first look is not full');
});

t.test('a run without looks spares nothing', async t => {
  t.equal(sparedTrials({ run: fakeRun(), plan: fixture.plan, records: [] }).size, 0);
  t.equal(sparedTrials(sequentialFixtureOfOne()).size, 0);
});

/** No pair: what is compared with nothing is not booted after the first look, but nothing was booted yet. */
function sequentialFixtureOfOne() {
  return { ...sequentialFixture([fakeCell('lone', 'stats', 2)]), records: [] };
}
