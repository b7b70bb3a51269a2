import t from 'tap';
import { judgeEnds } from '../../../harness/bisect/search/ends.ts';
import { makeRandom } from '../../../harness/random.ts';

const repeat = (boots: number, ...values: number[]) =>
  Array.from({ length: boots }, (_, index) => values[index % values.length]!);

t.test('ends that lie apart need ten boots each', t => {
  t.strictSame(judgeEnds([], [], 'higher'), { kind: 'more', boots: 10 });
  t.strictSame(judgeEnds(repeat(10, 1), repeat(9, 2), 'higher'), { kind: 'more', boots: 10 });
  const verdict = judgeEnds(repeat(10, 1), repeat(10, 2), 'higher');
  t.match(verdict, { kind: 'differ', bins: { cuts: [2], count: 2 } });
  // One split in choose(20, 10).
  t.ok(verdict.kind === 'differ' && Math.abs(verdict.p - 1 / 184_756) < 1e-18);
  t.equal(judgeEnds(repeat(10, 2), repeat(10, 1), 'lower').kind, 'differ', 'where lower is worse');
  t.equal(judgeEnds(repeat(10, 2), repeat(10, 1), 'higher').kind, 'more', 'the wrong way is no difference');
  t.end();
});

t.test(
  'a difference that is not proved after forty boots is refused, with the boots that would prove it',
  t => {
    const verdict = judgeEnds(repeat(40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), repeat(40, 0, 0, 0, 0, 1), 'higher');
    t.match(verdict, { kind: 'alike' });
    t.ok(verdict.kind === 'alike' && verdict.p > 0.01);
    // The normal sample size for the rates .1 and .2, one-sided at .01/3 with power .8, is 321.
    t.ok(verdict.kind === 'alike' && Math.abs(verdict.bootsNeeded! - 321) < 10, JSON.stringify(verdict));
    const reversed = judgeEnds(repeat(40, 0, 1), repeat(40, 0), 'higher');
    t.ok(
      reversed.kind === 'alike' && reversed.bootsNeeded === undefined,
      'no number of boots proves the opposite',
    );
    t.end();
  },
);

t.test('ends that are alike pass in at most one of a hundred searches', t => {
  const random = makeRandom(11);
  let passed = 0;
  const searches = 1500;
  for (let search = 0; search < searches; search++) {
    const values = () => Array.from({ length: 40 }, () => random.integer(30));
    if (judgeEnds(values(), values(), 'higher').kind === 'differ') passed++;
  }
  t.ok(passed / searches <= 0.01 + 3 * Math.sqrt((0.01 * 0.99) / searches), `${passed} of ${searches}`);
  t.ok(passed > 0, 'and the test is not merely asleep');
  t.end();
});
