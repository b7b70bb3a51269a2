import t from 'tap';
import { pairAcross, pairWithin } from '../../harness/judgement/pairing.ts';
import { fakeCell } from '../fakes/run-fixture.ts';
import { makeSide } from './side-fixture.ts';

t.test('pairs inside a run and across two', async t => {
  const side = makeSide();
  const within = pairWithin(side, { axis: 'config', base: 'stats' });
  t.match(within.pairs, [{ name: 'vcpus=2 config=stats+dups', base: { id: 'a' }, candidate: { id: 'b' } }]);
  t.match(within.unmatched, [{ side: 'base', label: 'config=stats vcpus=8' }]);
  const reversed = pairWithin(side, { axis: 'config', base: 'stats+dups' });
  t.match(reversed.unmatched, [
    { side: 'new', reason: 'no cell with config=stats+dups is otherwise the same' },
  ]);

  const other = makeSide([fakeCell('x', 'stats', 2), fakeCell('y', 'plain', 8)]);
  const across = pairAcross(side, other);
  t.match(across.pairs, [{ base: { id: 'a' }, candidate: { id: 'x' } }]);
  t.equal(across.unmatched.length, 3);
  const byAxis = pairAcross(side, other, 'config');
  t.strictSame(
    byAxis.pairs.map(({ base, candidate }) => `${base.id}${candidate.id}`),
    ['ax', 'bx', 'cy'],
  );
  t.equal(new Set(byAxis.pairs.map(({ name }) => name)).size, 3, 'names are unique');
  const workloads = [1, 2].map(instances => {
    const cell = fakeCell(`w${instances}`, 'stats', 2);
    cell.settings = { ...cell.settings, workload: `w${instances}`, [`workload.p${instances}`]: '1' };
    return cell;
  });
  t.equal(
    pairAcross(makeSide([workloads[0]!]), makeSide([workloads[1]!]), 'workload').pairs.length,
    1,
    'a workload brings its own parameters',
  );
});
