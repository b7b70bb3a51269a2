import fc from 'fast-check';
import t, { type Test as TapTest } from 'tap';
import { makeRandom } from '../../harness/random.ts';
import { benjaminiHochberg } from '../../harness/statistics/corrections/benjamini-hochberg.ts';
import { holm } from '../../harness/statistics/corrections/holm.ts';
import * as distribution from '../../harness/statistics/distributions/distribution.ts';
import { clopperPearson, rateDifference } from '../../harness/statistics/effects/clopper-pearson.ts';
import { hodgesLehmann } from '../../harness/statistics/effects/hodges-lehmann.ts';
import { meanDifference } from '../../harness/statistics/effects/mean-difference.ts';
import { summarise } from '../../harness/statistics/samples/descriptive.ts';
import { deviations, makeSample, poolRanks } from '../../harness/statistics/samples/sample.ts';
import { parseValues, type Scalar } from '../../harness/statistics/samples/value.ts';
import { fisherTest } from '../../harness/statistics/tests/fisher.ts';
import { permutationRankTest } from '../../harness/statistics/tests/permutation.ts';
import { leastUntiedP, oneSidedRankTest, rankTest } from '../../harness/statistics/tests/rank-test.ts';

/** Relative closeness, for numbers printed by other programs with so many digits. */
function near(t: TapTest, found: number, wanted: number, tolerance = 1e-9, name = ''): void {
  const distance = Math.abs(found - wanted) / (Math.abs(wanted) || 1);
  t.ok(distance <= tolerance, `${name} ${found} is ${wanted}`);
}

const ranks = (first: Scalar[], second: Scalar[]) => {
  const samples = [makeSample(first), makeSample(second)] as const;
  return { ...rankTest(...samples), ...oneSidedRankTest(...samples) };
};

/** All ways to deal the pooled values, with mid-ranks by counting: slow, and independent of the harness's way. */
function enumerateRanks(first: readonly number[], second: readonly number[]) {
  const pooled = [...first, ...second];
  const rank = pooled.map(value => {
    const below = pooled.filter(other => other < value).length;
    const equal = pooled.filter(other => other === value).length;
    return below + (equal + 1) / 2;
  });
  const expected = (first.length * (pooled.length + 1)) / 2;
  const sums: number[] = [];
  const deal = (index: number, left: number, sum: number): void => {
    if (left === 0) sums.push(sum);
    else if (index < rank.length) {
      deal(index + 1, left - 1, sum + rank[index]!);
      deal(index + 1, left, sum);
    }
  };
  deal(0, first.length, 0);
  const observed = rank.slice(0, first.length).reduce((sum, value) => sum + value, 0);
  const share = (holds: (sum: number) => boolean) => sums.filter(holds).length / sums.length;
  const farthest = Math.max(...sums.map(sum => Math.abs(sum - expected)));
  return {
    less: share(sum => sum <= observed),
    greater: share(sum => sum >= observed),
    twoSided: share(sum => Math.abs(sum - expected) >= Math.abs(observed - expected)),
    leastTwoSided: share(sum => Math.abs(sum - expected) === farthest),
  };
}

t.test('rank test: published and enumerated values', t => {
  const cases: [Scalar[], Scalar[], number, number, number, number][] = [
    [[2, 1, 3, 5], [12, 11, 13, 15], 0, 0.0142857142857, 1, 0.0285714285714],
    [[2, 1, 3, 5], [0, 4, 6, 7], 5, 17 / 70, 58 / 70, 34 / 70],
    [[2, 1, 3, 5], [2, 2, 2, 2], 10, 6 / 7, 2.5 / 7, 5 / 7],
    [[2, 1, 3, 5], [1, 1, 1, 1, 1], 17.5, 1, 1 / 21, 1 / 21],
    [[0, 0, 0, 0, 0], [1, 1, 1, 1, 1], 0, 1 / 252, 1, 2 / 252],
    [[1.1, 2, 2, 3, 3, 3, 9], [0, 2, 3, 3], 17, 0.7848484848484848, 0.3151515151515151, 0.6484848484848484],
    [[19, 22, 16, 29, 24], [20, 11, 17, 12], 17, 0.968253968253968, 0.0555555555555556, 0.1111111111111111],
  ];
  for (const [first, second, u, less, greater, twoSided] of cases) {
    const test = ranks(first, second);
    t.equal(test.u, u);
    near(t, test.less, less, 1e-9, 'less');
    near(t, test.greater, greater, 1e-9, 'greater');
    near(t, test.twoSided, twoSided, 1e-9, 'two-sided');
  }
  near(t, ranks(Array(10).fill(0), [0, 0, 0, 3, 7]).twoSided, 0.0952, 1e-3, 'benchstat has 0.1905');
  near(
    t,
    ranks([0, 0, 0, 0, 0, 0, 0, 0, 5, 9], [0, 0, 12, 40]).twoSided,
    0.2957,
    1e-3,
    'benchstat has 0.1718',
  );
  near(
    t,
    ranks(Array(20).fill(0), [...Array(15).fill(0), 1, 2, 3, 4, 5]).twoSided,
    0.0471,
    1e-3,
    'catapult has 0.0097',
  );
  t.equal(ranks([4, 4, 4], [4, 4]).twoSided, 1, 'all equal is 1, never NaN');
  t.equal(ranks([], [4, 4]).twoSided, 1, 'an empty side proves nothing');
  for (const [n, p] of [
    [3, 0.1],
    [4, 2 / 70],
    [5, 2 / 252],
    [8, 2 / 12870],
    [10, 2 / 184756],
  ] as const) {
    near(t, leastUntiedP(n, n), p, 1e-12, `least p of ${n}`);
  }
  t.end();
});

t.test('rank test agrees with dealing every hand', t => {
  const values = (most: number) =>
    fc.array(fc.integer({ min: 0, max: most }), { minLength: 1, maxLength: 6 });
  const property = fc.property(fc.constantFrom(1, 3, 8, 100), fc.gen(), (most, gen) => {
    const first = gen(() => values(most));
    const second = gen(() => values(most));
    const found = ranks(first, second);
    const truth = enumerateRanks(first, second);
    for (const key of ['less', 'greater', 'twoSided', 'leastTwoSided'] as const) {
      if (Math.abs(found[key] - truth[key]) > 1e-12) return false;
    }
    return ranks(second, first).twoSided === found.twoSided;
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 4, numRuns: 400 }));
  t.end();
});

t.test('rank test on large samples', t => {
  const first = Array.from({ length: 150 }, (_, index) => index % 37);
  const second = Array.from({ length: 120 }, (_, index) => (index * 7 + 5) % 41);
  const test = ranks(first, second);
  t.equal(test.method, 'normal');
  near(t, test.twoSided, 0.18569968972942696, 1e-9, 'SciPy, asymptotic with ties and continuity');
  const smaller = ranks(first.slice(0, 100), second.slice(0, 100));
  t.equal(smaller.method, 'exact');
  const shuffled = permutationRankTest(poolRanks(makeSample(first), makeSample(second)), makeRandom(1), 4000);
  t.ok(Math.abs(shuffled.twoSided - test.twoSided) < 0.03, `permutation ${shuffled.twoSided}`);
  const rare = makeSample([...Array(190).fill(0), ...Array(10).fill(1)]);
  const none = makeSample(Array(200).fill(0));
  const options = { random: makeRandom(2), permutations: 2000 };
  const permuted = rankTest(none, rare, options);
  t.equal(permuted.method, 'permutation', 'mostly tied and large: relabelled');
  const fisher = fisherTest({ base: { events: 0, trials: 200 }, candidate: { events: 10, trials: 200 } });
  t.ok(permuted.twoSided >= 1 / 2001 && Math.abs(permuted.twoSided - fisher.twoSided) < 0.003);
  t.equal(rankTest(none, rare, { ...options, random: makeRandom(2) }).twoSided, permuted.twoSided, 'seeded');
  t.end();
});

t.test('ranks are exact where doubles are not', t => {
  const top = 2n ** 63n;
  t.equal(ranks([top - 1n, top - 1n, top - 1n, top - 1n], [top, top, top, top]).u, 0, 'one apart at 2^63');
  t.equal(ranks([2 ** 53, 2 ** 53], [2n ** 53n + 1n, 2n ** 53n + 1n]).u, 0, 'number against bigint');
  t.equal(ranks([1e-300, 2e-300], [3e-300, 4e-300]).u, 0);
  const shift = hodgesLehmann(
    deviations(makeSample([top, top + 2n]), top),
    deviations(makeSample([top + 1n, top + 3n]), top),
  );
  t.equal(shift.estimate, 1);
  const small = summarise(makeSample([1e-300, 3e-300, 2e-300]));
  near(t, small.deviation!, 1e-300, 1e-12, 'deviation of 1e-300');
  near(t, small.mean!, 2e-300, 1e-12);
  const large = summarise(makeSample([1e300, -1e300]));
  near(t, large.deviation!, Math.SQRT2 * 1e300, 1e-12);
  t.same(summarise(makeSample([top, top - 1n])).least, top - 1n);
  t.end();
});

t.test('value lines', t => {
  const text = '# wasted bytes\n12\n\n  -0.5 # note\r\n9223372036854775808\n9007199254740993\n1e-300\n+7\n';
  t.same(parseValues(text, 'base.txt'), [12, -0.5, 2n ** 63n, 9007199254740993n, 1e-300, 7]);
  for (const bad of [
    '1,5',
    'NaN',
    'Infinity',
    '1e999',
    '1e-999',
    '0x10',
    '5 ms',
    '1_000',
    '--1',
    `1${'0'.repeat(301)}`,
  ]) {
    t.throws(
      () => parseValues(`1\n${bad}\n`, 'new.txt'),
      { code: 'VALUE_INVALID', message: /^new\.txt:2: / },
      bad,
    );
  }
  t.throws(() => parseValues('# nothing\n', 'new.txt'), { code: 'VALUES_EMPTY' });
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 2e300, 10n ** 301n]) {
    t.throws(() => makeSample([1, bad], 'loads'), { code: 'VALUE_INVALID', message: /^loads: / });
  }
  t.match(
    makeSample([undefined, 3, null, 0]),
    { ordered: [0, 3], missing: 2, zeros: 1 },
    'missing is not zero',
  );
  t.end();
});

t.test('descriptives: NIST StRD NumAcc1 to 4', t => {
  const whole = summarise(makeSample([10000001, 10000003, 10000002]));
  t.equal(whole.mean, 10000002);
  t.equal(whole.deviation, 1);
  for (const [centre, tolerance] of [
    [1.2, 1e-12],
    [1000000.2, 1e-9],
    [10000000.2, 1e-8],
  ] as const) {
    const values = [
      centre,
      ...Array.from({ length: 1000 }, (_, index) => centre + (index % 2 === 0 ? -0.1 : 0.1)),
    ];
    const found = summarise(makeSample(values));
    near(t, found.mean!, centre, 1e-14, 'mean');
    near(t, found.deviation!, 0.1, tolerance, 'deviation');
  }
  t.match(summarise(makeSample([])), { n: 0, mean: undefined, deviation: undefined });
  t.match(summarise(makeSample([5])), { n: 1, mean: 5, median: 5, deviation: undefined });
  t.equal(summarise(makeSample([4, 1, 3])).median, 3, 'mmtests has (max + min) / 2');
  t.equal(summarise(makeSample([4, 1, 3, 2])).median, 2.5);
  t.end();
});

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

t.test('corrections: Benjamini and Hochberg 1995', t => {
  const p = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ];
  const bh = [
    0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765, 0.486, 0.58118182,
    0.714875, 0.75323077, 0.81321429, 1,
  ];
  const stepDown = [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1];
  for (const [index, value] of benjaminiHochberg(p).entries())
    near(t, value, bh[index]!, 1e-6, `bh ${index}`);
  for (const [index, value] of holm(p).entries()) near(t, value, stepDown[index]!, 1e-6, `holm ${index}`);
  const backwards = holm([...p].reverse()).reverse();
  t.same(backwards, holm(p), 'order does not matter');
  t.same(holm([0.01], 4), [0.04], 'the declared family counts, not the rows with data');
  t.same(benjaminiHochberg([0.01, 0.02], 4), [0.04, 0.04]);
  t.same(holm([]), []);
  t.end();
});
