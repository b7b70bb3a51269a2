import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import {
  cautiousAutocorrelation,
  innovations,
  integrate,
  lagOneAutocorrelation,
  varianceInflation,
} from '../../../harness/statistics/series/autocorrelation.ts';
import { autoregressive } from '../generators.ts';
import { near } from '../near.ts';
import { michelson } from './published-series.ts';

t.test('lag one: certified by NIST', async t => {
  near(t, lagOneAutocorrelation(michelson), 0.535199668621283, 1e-13, 'Michelso');
  near(t, lagOneAutocorrelation([10000001, 10000003, 10000002]), -0.5, 1e-13, 'NumAcc1');
  const alternating = Array.from({ length: 1001 }, (_, index) => (index === 0 ? 1.2 : index % 2 ? 1.1 : 1.3));
  near(t, lagOneAutocorrelation(alternating), -0.999, 1e-9, 'NumAcc2');
  t.equal(lagOneAutocorrelation([7, 7, 7]), 0);
  t.equal(lagOneAutocorrelation([]), 0);
});

t.test('a step is no autocorrelation once it is cut', async t => {
  const noise = autoregressive(200, 0, makeRandom(1));
  const stepped = noise.map((value, index) => (index < 80 ? value : value + 10));
  t.ok(lagOneAutocorrelation(stepped) > 0.9);
  t.ok(Math.abs(lagOneAutocorrelation(stepped, [80])) < 0.15);
});

t.test('the cautious estimate is on average a little above the truth, however few the points', async t => {
  const random = makeRandom(2);
  for (const [size, cuts] of [
    [200, []],
    [200, [50, 120]],
    [50, [20]],
  ] as const) {
    for (const truth of [0.3, 0.5]) {
      const rounds = 400;
      let sum = 0;
      for (let round = 0; round < rounds; round++)
        sum += cautiousAutocorrelation(autoregressive(size, truth, random), cuts);
      const mean = sum / rounds;
      t.ok(mean > truth && mean < truth + 0.13, `${size} points, ${cuts.length} cuts, ${truth}: ${mean}`);
    }
  }
  t.equal(cautiousAutocorrelation([1, 2, 3, 4, 5, 6]), 0.95, 'never above');
});

t.test('variance inflation, as numpy sums it', async t => {
  near(t, varianceInflation(365, 0.3), 1.8537880905786972, 1e-12);
  near(t, varianceInflation(60, 0.5), 2.933333333333333, 1e-12);
  near(t, varianceInflation(10, 0.9), 7.276211921800002, 1e-12);
  t.equal(varianceInflation(10, 0), 1);
});

t.test('innovations are independent, and put together they are the series again', async t => {
  const points = autoregressive(400, 0.6, makeRandom(3));
  const fresh = innovations(points, 0.6);
  t.ok(Math.abs(lagOneAutocorrelation([...fresh])) < 0.15);
  integrate(fresh, 0.6);
  fresh.forEach((point, index) => {
    if (Math.abs(point - points[index]!) > 1e-9) t.fail(`point ${index}: ${point} is ${points[index]}`);
  });
  t.same([...innovations([3, 1, 2], 0)], [3, 1, 2]);
});
