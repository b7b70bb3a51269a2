import t from 'tap';
import { makeSample } from '../../../harness/statistics/samples/sample.ts';
import type { Scalar } from '../../../harness/statistics/samples/value.ts';
import { brunnerMunzel } from '../../../harness/statistics/tests/brunner-munzel.ts';
import { rankTest } from '../../../harness/statistics/tests/rank-test.ts';
import { near } from '../near.ts';

const test = (first: Scalar[], second: Scalar[]) => brunnerMunzel(makeSample(first), makeSample(second));

t.test("Student's form as SciPy 1.17.1 prints it", t => {
  for (const [first, second, statistic, p] of [
    [
      [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1],
      [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4],
      3.1374674823029505,
      0.005786208666151469,
    ],
    [
      [80, 95, 110, 60, 75, 130, 88, 91, 102, 99],
      [140, 90, 160, 120, 150, 85, 170, 135, 128, 111],
      3.5447450389702717,
      0.003135436140617653,
    ],
    [[0, 0, 0, 3, 1, 0, 2, 5], [4, 0, 7, 9, 3, 2, 6, 8, 10, 0, 1], 2.4625996848095566, 0.02510809671596876],
    [
      [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21],
      [1, 5, 15, 16, 30, 45, 60, 2, 90, 14, 3, 40, 22, 8, 77],
      0.4782635054028079,
      0.6391572687028837,
    ],
  ] as const) {
    const found = test([...first], [...second]);
    t.equal(found.method, 't');
    near(t, found.statistic, statistic, 1e-12, 'statistic');
    near(t, found.twoSided, p, 1e-10, 'p');
    near(t, test([...second], [...first]).statistic, -statistic, 1e-12, 'sides exchanged');
  }
  t.end();
});

t.test('small samples: all relabellings, as enumerated with NumPy', t => {
  for (const [first, second, statistic, p] of [
    [[2, 1, 3, 5], [0, 4, 6, 7], 0.7661308776828737, 34 / 70],
    [[1, 2, 2, 4, 9], [3, 5, 5, 8, 8], 1.313198307917874, 60 / 252],
    [[0, 0, 0, 0, 1], [1, 2, 0, 3, 3, 4], 3.70198098488299, 14 / 462],
    [[0, 0, 0], [1, 0, 0, 0], 1, 1],
  ] as const) {
    const found = test([...first], [...second]);
    t.equal(found.method, 'permutation');
    near(t, found.statistic, statistic, 1e-12, 'statistic');
    near(t, found.twoSided, p, 1e-12, 'p');
  }
  t.end();
});

t.test('no overlap: the statistic is infinite, and p that of the rank-sum test', t => {
  const top = 2n ** 63n;
  for (const [first, second] of [
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [
      [5, 5, 5],
      [7, 7, 7],
    ],
    [[...Array(12).keys()], [...Array(12).keys()].map(value => value + 12)],
    [
      [top, top],
      [top + 1n, top + 1n, top + 2n],
    ],
  ]) {
    const found = test(first!, second!);
    t.match(found, { method: 'separation', statistic: Number.POSITIVE_INFINITY });
    t.equal(found.twoSided, rankTest(makeSample(first!), makeSample(second!)).twoSided);
  }
  t.match(test([5, 5, 5], [5, 5, 5]), { statistic: 0, twoSided: 1 }, 'nothing differs');
  t.equal(test([2 ** 53, 2 ** 53, 1], [2n ** 53n, 0, 1]).method, 'permutation', 'number and bigint are tied');
  t.end();
});
