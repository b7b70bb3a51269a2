import t from 'tap';
import {
  chiSquareProbability,
  chiSquareQuantile,
} from '../../../harness/statistics/distributions/chi-square.ts';

t.test('quantiles as R 4.2 prints them', async t => {
  for (const [probability, degrees, wanted] of [
    [0.05, 4, 0.7107230213973241],
    [0.2, 4, 1.648776618065969],
    [0.05, 1, 0.003932140000019525],
    [0.05, 2, 0.1025865887751011],
    [0.5, 10, 9.341817765591969],
    [0.95, 3, 7.814727903251179],
    [0.001, 300, 229.9634351780448],
  ] as const) {
    const found = chiSquareQuantile(probability, degrees);
    t.ok(Math.abs(found / wanted - 1) < 1e-11, `${probability}, ${degrees} degrees: ${found} is ${wanted}`);
    t.ok(Math.abs(chiSquareProbability(found, degrees) - probability) < 1e-12);
  }
});

t.test('the ends', async t => {
  t.equal(chiSquareProbability(0, 3), 0);
  t.equal(chiSquareProbability(-1, 3), 0);
  t.ok(Math.abs(chiSquareProbability(1000, 3) - 1) < 1e-12, 'never above 1 by more than rounding');
  t.ok(Math.abs(chiSquareProbability(2, 2) - (1 - Math.exp(-1))) < 1e-15, 'two degrees are exponential');
});
