import t from 'tap';
import { plannedChanges } from '../../harness/judgement/planned-changes.ts';
import { sideOfRun } from '../../harness/judgement/side.ts';
import { fakeCell, fakeRun } from '../fakes/run-fixture.ts';
import { fakeCount, fakeRunContent, fakeWaste } from '../fakes/run-folder-fixture.ts';

const cells = [1, 2].flatMap(vcpus => [
  fakeCell(`a${vcpus}`, 'stats', vcpus),
  fakeCell(`b${vcpus}`, 'stats+dups', vcpus),
]);
const compare = { axis: 'config', base: 'stats' };
const earlier = (some = cells) =>
  sideOfRun(
    fakeRunContent({
      run: fakeRun(),
      cells: some,
      repetitions: 16,
      measure: (cell, random) => fakeWaste(cell.vcpus === 1 ? 100 : 500 + fakeCount(100, random)),
    }),
  );
const planned = { cells, compare, gates: {}, trials: 12 };

t.test('each gated headline has a size for each base cell', async t => {
  const { metrics, declared, known, bases } = plannedChanges(planned, earlier());
  t.equal(known, 2);
  t.equal(bases, 2);
  t.ok(declared >= 2);
  const waste = metrics.find(({ definition }) => definition.name === 'wasted_bytes');
  const [steady, noisy] = [...(waste?.changes.values() ?? [])];
  t.ok(steady !== undefined && noisy !== undefined && steady < noisy, `${steady} < ${noisy}`);
  t.ok(noisy! > 0.05 && noisy! < 2, `${noisy}`);
  t.ok(metrics.every(({ definition }) => definition.gated && definition.headline));
});

t.test('cells without earlier boots count in the family', async t => {
  const whole = plannedChanges(planned, earlier());
  const half = plannedChanges(planned, earlier(cells.slice(0, 2)));
  t.equal(half.known, 1);
  t.equal(half.bases, 2);
  t.equal(half.declared, whole.declared);
  const none = plannedChanges({ ...planned, cells: cells.slice(2) }, earlier(cells.slice(0, 2)));
  t.equal(none.known, 0);
});
