import t from 'tap';
import { judgeEnds as judgeCells } from '../../../harness/bisect/search/ends.ts';
import { makeRandom } from '../../../harness/random.ts';

/** Of one cell. */
const judgeEnds = (good: number[], bad: number[], direction: 'higher' | 'lower') =>
  judgeCells([{ good, bad }], direction);

const repeat = (boots: number, ...values: number[]) =>
  Array.from({ length: boots }, (_, index) => values[index % values.length]!);

t.test('ends that lie apart need ten boots each', t => {
  t.strictSame(judgeEnds([], [], 'higher'), { kind: 'more', boots: 10 });
  t.strictSame(judgeEnds(repeat(10, 1), repeat(9, 2), 'higher'), { kind: 'more', boots: 10 });
  const verdict = judgeEnds(repeat(10, 1), repeat(10, 2), 'higher');
  t.match(verdict, { kind: 'differ', cell: 0, cells: [{ bins: { cuts: [2], count: 2 } }] });
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

t.test('of several cells the one that differs most is named, at a level that all of them share', t => {
  const same = { good: repeat(40, 1, 2), bad: repeat(40, 1, 2) };
  const apart = { good: repeat(10, 1), bad: repeat(10, 2) };
  t.strictSame(judgeCells([same, { good: repeat(10, 1), bad: [] }], 'higher'), { kind: 'more', boots: 10 });
  const verdict = judgeCells([same, apart], 'higher');
  t.match(verdict, { kind: 'differ', cell: 1, cells: [{ bins: { cuts: [2] } }, { bins: { cuts: [2] } }] });
  t.ok(verdict.kind === 'differ' && Math.abs(verdict.p - 2 / 184_756) < 1e-18, 'twice that of the cell');
  // Alone its p is 0.0031, just below .01/3.
  const close = {
    good: repeat(10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1),
    bad: repeat(10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0),
  };
  t.equal(judgeCells([close], 'higher').kind, 'differ');
  t.equal(judgeCells([same, close], 'higher').kind, 'more', 'not with another cell beside it');
  t.end();
});
