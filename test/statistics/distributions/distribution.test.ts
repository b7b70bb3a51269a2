import t from 'tap';
import * as distribution from '../../../harness/statistics/distributions/distribution.ts';
import { near } from '../near.ts';

t.test('distributions against SciPy', t => {
  for (const [z, tail] of [
    [0.5, 0.3085375387259869],
    [1.959963984540054, 0.025],
    [2.4999, 0.006211418374944587],
    [2.5, 0.006209665325776132],
    [6, 9.865876450376946e-10],
    [10, 7.61985302416047e-24],
    [-1, 0.8413447460685429],
  ] as const) {
    near(t, distribution.normalTail(z), tail, 1e-12, `normal ${z}`);
    near(t, distribution.normalUpperQuantile(tail), z, 1e-9, `quantile ${z}`);
  }
  for (const [tail, degrees, value] of [
    [0.025, 5.5846153846, 2.4917141261320337],
    [0.025, 1, 12.706204736174705],
    [0.00625, 30.5, 2.654586818173972],
    [1e-6, 3, 103.29946778041935],
  ] as const) {
    near(t, distribution.studentUpperQuantile(tail, degrees), value, 1e-9, `t ${degrees}`);
  }
  near(t, distribution.incompleteBeta(0.3, 2.5, 7), 0.6412224629717214, 1e-12);
  near(t, distribution.incompleteBeta(0.41, 200, 300), 0.677628164772179, 1e-10);
  near(t, distribution.betaQuantile(0.3, 2.5, 7), 0.17680146270511063, 1e-12);
  t.equal(distribution.choose(40, 20), 137846528820);
  t.equal(distribution.choose(56, 28), 7648690600760440);
  near(t, distribution.choose(200, 100), 9.05485146561033e58, 1e-12);
  t.end();
});
