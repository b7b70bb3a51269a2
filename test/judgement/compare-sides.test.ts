import t from 'tap';
import { compareAcross, compareWithin } from '../../harness/judgement/compare-sides.ts';
import { fakeCell } from '../fakes/run-fixture.ts';
import { makeSide } from './side-fixture.ts';

t.test('inside a run: every other value of the axis against the base', async t => {
  const comparison = compareWithin(makeSide(), { axis: 'config', base: 'stats' });
  t.strictSame(
    comparison.judgement.pairs.map(({ pair }) => [pair.base.id, pair.candidate.id]),
    [['a', 'b']],
  );
  t.match(comparison.unmatched, [{ label: 'config=stats vcpus=8' }], 'nothing is dropped silently');
  t.throws(() => compareWithin(makeSide(), { axis: 'memory', base: '2GiB' }), { code: 'COMPARE_AXIS' });
});

t.test('unlike sides are refused, or compared by force and marked', async t => {
  const [base, next] = [makeSide(), makeSide()];
  next.facts = { ...next.facts, qemu: '9.0.1' };
  t.throws(() => compareAcross(base, next), { code: 'COMPARE_UNLIKE', message: /qemu/i });
  t.match(compareAcross(base, next, { force: true }).incompatibilities, [{ fact: 'qemu', new: '9.0.1' }]);
});

t.test('two sides without a common cell are no comparison', async t => {
  const other = makeSide([fakeCell('z', 'plain', 64)]);
  t.throws(() => compareAcross(makeSide(), other), { code: 'COMPARE_NOTHING' });
});
