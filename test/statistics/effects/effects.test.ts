import fc from 'fast-check';
import t from 'tap';
import { clopperPearson, rateDifference } from '../../../harness/statistics/effects/clopper-pearson.ts';
import { measureEffect, shownInterval } from '../../../harness/statistics/effects/effect.ts';
import { hodgesLehmann } from '../../../harness/statistics/effects/hodges-lehmann.ts';
import { meanDifference } from '../../../harness/statistics/effects/mean-difference.ts';
import { medianInterval } from '../../../harness/statistics/effects/median-interval.ts';
import { hasValues, summarise } from '../../../harness/statistics/samples/descriptive.ts';
import { makeSample } from '../../../harness/statistics/samples/sample.ts';
import { fisherTest } from '../../../harness/statistics/tests/fisher.ts';
import { near } from '../near.ts';

t.test('Fisher, Clopper and Pearson, Newcombe', t => {
  const fisher = (a: number, n: number, b: number, m: number) =>
    fisherTest({ base: { events: a, trials: n }, candidate: { events: b, trials: m } });
  near(t, fisher(0, 6, 6, 6).twoSided, 0.0021645021645, 1e-9);
  near(t, fisher(0, 6, 3, 6).twoSided, 0.18181818181818, 1e-9);
  near(t, fisher(0, 30, 6, 30).twoSided, 0.023720703916957266, 1e-9);
  near(t, fisher(0, 200, 35, 200).twoSided, 1.1400846078578038e-11, 1e-9);
  near(t, fisher(8, 10, 1, 6).twoSided, 0.034965034965034975, 1e-9, 'SciPy documentation');
  near(t, fisher(0, 20, 5, 20).twoSided, 0.04712404712404713, 1e-9);
  near(t, fisher(3, 4, 1, 4).less, 17 / 70, 1e-12, "R's lady tasting tea");
  t.equal(fisher(0, 5, 0, 5).twoSided, 1);
  t.equal(fisher(0, 5, 0, 5).leastTwoSided, 1);
  near(t, fisher(0, 6, 6, 6).leastTwoSided, 0.0021645021645, 1e-9);
  for (const [events, trials, low, high] of [
    [0, 10, 0, 0.30849710781876294],
    [3, 10, 0.06673951117773447, 0.652452850060008],
    [0, 20, 0, 0.16843347098308548],
    [20, 20, 0.8315665290169145, 1],
  ] as const) {
    const interval = clopperPearson(events, trials);
    near(t, interval.low, low, 1e-9);
    near(t, interval.high, high, 1e-9);
  }
  const newcombe = rateDifference({
    base: { events: 48, trials: 80 },
    candidate: { events: 56, trials: 70 },
  });
  near(t, newcombe.estimate, 0.2, 1e-12);
  near(t, newcombe.interval.low, 0.0524, 2e-3, 'Newcombe 1998, table II, row a');
  near(t, newcombe.interval.high, 0.3339, 2e-3);
  const none = rateDifference({ base: { events: 0, trials: 10 }, candidate: { events: 0, trials: 10 } });
  near(t, none.interval.high, 0.2775, 1e-3, 'no width is lost at zero');
  t.end();
});

t.test('Hodges and Lehmann, Welch', t => {
  const chorioamnion = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46].sort((a, b) => a - b);
  const term = [1.15, 0.88, 0.9, 0.74, 1.21].sort((a, b) => a - b);
  const shift = hodgesLehmann(Float64Array.from(term), Float64Array.from(chorioamnion));
  near(t, shift.estimate, 0.305, 1e-9, "R's wilcox.test example");
  near(t, shift.interval.low, -0.15, 1e-9);
  near(t, shift.interval.high, 0.76, 1e-9);
  near(t, shift.interval.confidence, 0.9600399600399601, 1e-12);
  const few = hodgesLehmann(Float64Array.of(1, 2, 3), Float64Array.of(4, 6, 9));
  t.equal(few.interval.attained, false, 'three and three give no 95 % interval');
  near(t, few.interval.confidence, 0.9, 1e-12);
  const welch = meanDifference(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6, 7, 9));
  near(t, welch.estimate, 4.25, 1e-12);
  near(t, welch.interval.low, 1.5827793775259962, 1e-9, 'SciPy ttest_ind, unequal variances');
  near(t, welch.interval.high, 6.917220622474003, 1e-9);
  t.equal(meanDifference(Float64Array.of(1, 1), Float64Array.of(2, 2)).interval.attained, false);
  const list = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 9 });
  const property = fc.property(list, list, (base, candidate) => {
    const sorted = (values: number[]) => Float64Array.from(values).sort();
    const all = candidate.flatMap(value => base.map(other => value - other)).sort((a, b) => a - b);
    const middle = (all[Math.floor((all.length - 1) / 2)]! + all[Math.ceil((all.length - 1) / 2)]!) / 2;
    return hodgesLehmann(sorted(base), sorted(candidate)).estimate === middle;
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 7, numRuns: 300 }));
  t.end();
});

t.test('a change of what is never negative is shown down to all of it, and no further', async t => {
  const effectOf = (base: number[], candidate: number[]) => {
    const [left, right] = [makeSample(base), makeSample(candidate)];
    const summary = summarise(left);
    if (!hasValues(summary)) throw new Error('no values');
    const effect = measureEffect('mean difference', left, right, summary, 0.95);
    return { effect, shown: shownInterval(effect, summary, summarise(right)) };
  };
  const counts = effectOf([0, 0, 4, 0], [0, 0, 0, 0]);
  t.ok(counts.effect.interval.low < -counts.effect.centre, 'by the formula');
  t.equal(counts.shown.low, -counts.effect.centre);
  t.equal(counts.shown.high, counts.effect.interval.high);
  const signed = effectOf([-2, 0, 4, 0], [0, 0, 0, 0]);
  t.strictSame(signed.shown, signed.effect.interval, 'values below zero may fall further');
});

t.test('the exact interval of a median lies between two values', async t => {
  const ranks = (n: number, confidence?: number) => {
    const found = medianInterval(
      Array.from({ length: n }, (_, index) => index + 1),
      confidence,
    );
    return found && [found.low, found.high, Number(found.confidence.toFixed(4))];
  };
  // R: k <- qbinom(.025, n, .5); c(k, n + 1 - k); 1 - 2 * pbinom(k - 1, n, .5)
  t.strictSame(ranks(6), [1, 6, 0.9688]);
  t.strictSame(ranks(10), [2, 9, 0.9785]);
  t.strictSame(ranks(20), [6, 15, 0.9586]);
  t.strictSame(ranks(100), [40, 61, 0.9648]);
  t.strictSame(ranks(10, 0.99), [1, 10, 0.998]);
  t.equal(ranks(5), undefined, 'five values never give 95 %');
  t.equal(ranks(0), undefined);
  const [low = 0, high = 0] = ranks(100_000) ?? [];
  near(t, low, 50_000 - 1.959964 * Math.sqrt(25_000), 1.5, 'as the normal approximation where that is good');
  t.equal(low + high, 100_001);
});
