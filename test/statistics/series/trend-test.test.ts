import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import { medianSlope, trendTest } from '../../../harness/statistics/series/trend-test.ts';
import { autoregressive, mostOf, percent } from '../generators.ts';
import { near } from '../near.ts';
import { newHaven, nile } from './published-series.ts';

const years = (series: readonly number[]) => [...series.keys()];

// S, its variance with ties, p with continuity correction and Sen's slope from SciPy 1.17 (kendalltau, theilslopes).
t.test('published series, as SciPy has them', async t => {
  const temperature = trendTest(newHaven);
  t.equal(temperature.s, 624);
  near(t, temperature.variance, 24530, 1e-13);
  near(t, temperature.p, 6.956567055050182e-5, 1e-9);
  near(t, medianSlope(newHaven, years(newHaven))!, 0.034482758620689655, 1e-9);
  const flow = trendTest(nile);
  t.equal(flow.s, -1387);
  near(t, flow.variance, 112728.33333333333, 1e-13);
  near(t, flow.p, 3.658262921664327e-5, 1e-9);
  near(t, medianSlope(nile, years(nile))!, -2.6, 1e-12);
});

t.test('a step between segments is no trend', async t => {
  const { s, variance, p } = trendTest(nile, [28]);
  t.equal(s, 230, 'S of 1871 to 1898 is 20, of the rest 210');
  near(t, variance, 44862.66666666667, 1e-13);
  near(t, p, 0.2796226588758457, 1e-9);
});

t.test('slopes are per unit of time, and pairs of one time are none', async t => {
  t.equal(medianSlope([1, 2, 3], [0, 10, 20]), 0.1);
  t.equal(medianSlope([1, 5, 2, 6], [0, 0, 1, 1]), 1);
  t.equal(medianSlope([1, 2], [3, 3]), undefined);
  t.equal(medianSlope([1, 2, 11, 12], [0, 1, 2, 3], [2]), 1, 'the step is none');
  t.match(trendTest([]), { s: 0, p: 1 });
  t.match(trendTest([4, 4, 4]), { s: 0, variance: 0, p: 1 });
});

t.test('keeps its level under autocorrelation that is known', async t => {
  const random = makeRandom(4);
  const rounds = 1500;
  for (const autocorrelation of [0, 0.3, 0.5]) {
    let alarms = 0;
    for (let round = 0; round < rounds; round++)
      if (trendTest(autoregressive(120, autocorrelation, random), [], autocorrelation).p <= 0.05) alarms++;
    t.ok(alarms / rounds <= mostOf(rounds), `${autocorrelation}: ${percent(alarms / rounds)} at 5 %`);
    t.ok(alarms / rounds >= 0.03, `${autocorrelation}: ${percent(alarms / rounds)}, not much below`);
  }
});
