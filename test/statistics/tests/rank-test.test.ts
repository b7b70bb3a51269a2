import fc from 'fast-check';
import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import { hodgesLehmann } from '../../../harness/statistics/effects/hodges-lehmann.ts';
import { summarise } from '../../../harness/statistics/samples/descriptive.ts';
import { deviations, makeSample, poolRanks } from '../../../harness/statistics/samples/sample.ts';
import type { Scalar } from '../../../harness/statistics/samples/value.ts';
import { fisherTest } from '../../../harness/statistics/tests/fisher.ts';
import { permutationRankTest } from '../../../harness/statistics/tests/permutation.ts';
import {
  leastUntiedP,
  normalRankP,
  oneSidedRankTest,
  rankTest,
} from '../../../harness/statistics/tests/rank-test.ts';
import { near } from '../near.ts';

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

const halve = (value: number) => Math.floor(value / 2);

/** Eight values, spread over the upper quarter of as many whole numbers from zero. */
const eightBelow = (size: number) =>
  Array.from({ length: 8 }, (_, index) => Math.floor(size - (index * size) / 30) - 0.5);

t.test('very unequal samples are exact, however large one of them is', t => {
  const many = Array.from({ length: 5001 }, (_, index) => index);
  const separated = ranks([6000, 6001], many);
  t.match(separated, { method: 'exact' });
  near(
    t,
    separated.twoSided,
    2 / ((5003 * 5002) / 2),
    1e-9,
    '2 against 5001, where the normal tail says .014',
  );
  near(t, separated.leastTwoSided, separated.twoSided, 1e-9, 'the smallest p');
  const four = many.slice(0, 4000);
  near(t, ranks([10.5, 200.5, 900.5], four).twoSided, 0.007238063615229849, 1e-9, 'SciPy, exact');
  const tied = ranks([3, 3], [...Array(5000).fill(0), 1, 2, 3]);
  near(t, tied.twoSided, 3 / ((5005 * 5004) / 2), 1e-9, 'both of the three largest');
  const eight = rankTest(makeSample(eightBelow(5000)), makeSample(many.slice(0, 5000)));
  t.match(eight, { method: 'exact', u: 35_331 });
  near(t, eight.twoSided, 2.93863115870278e-5, 1e-9, 'R and SciPy, exact; the normal tail says 1.8e-4');
  const halved = rankTest(
    makeSample(eightBelow(5000).map(halve)),
    makeSample(many.slice(0, 5000).map(halve)),
  );
  near(t, halved.twoSided, 2.9649108676596653e-5, 1e-9, 'ties, from the characteristic function in NumPy');
  t.end();
});

t.test('a small side against more than can be counted is relabelled, not taken to be normal', t => {
  const many = makeSample(Array.from({ length: 50_000 }, (_, index) => index));
  const few = makeSample(eightBelow(50_000));
  const found = rankTest(few, many, { random: makeRandom(5) });
  t.equal(found.method, 'permutation');
  // 29 relabellings of a million are expected to be as far: four standard errors are 2.2e-5.
  t.ok(Math.abs(found.twoSided - 2.8644524754150952e-5) < 2.2e-5, `${found.twoSided} against NumPy`);
  const swapped = rankTest(many, few, { random: makeRandom(6), permutations: 199_999 });
  t.equal(swapped.method, 'permutation', 'whichever side is small');
  // Six of 200 000: four standard errors are 4.8e-5.
  t.ok(
    Math.abs(swapped.twoSided - 2.8644524754150952e-5) < 4.8e-5,
    `${swapped.twoSided} the other way round`,
  );
  t.equal(
    rankTest(few, many).method,
    'normal',
    'without a source of randomness there is only the normal tail',
  );
  const tied = makeSample(
    Array.from({ length: 100_000 }, (_, index) => (index % 2 ? Math.min(6, (index * 7) % 23) : 0)),
  );
  const middle = rankTest(makeSample([3, 4, 5, 5]), tied, { random: makeRandom(7) });
  t.ok(Math.abs(middle.twoSided - 0.3870804588713427) < 0.002, `${middle.twoSided}, tied, against NumPy`);
  t.end();
});

t.test('the smallest p of large tied samples is that of the farthest deal', t => {
  const first = [...Array(200).fill(0), ...Array(100).fill(1)];
  const second = [...Array(190).fill(0), ...Array(110).fill(1)];
  const found = ranks(first, second);
  t.equal(found.method, 'normal');
  const fisher = fisherTest({ base: { events: 100, trials: 300 }, candidate: { events: 110, trials: 300 } });
  near(t, found.leastTwoSided / fisher.leastTwoSided, 1, 1e-6, 'two values: as Fisher has it');
  t.end();
});

t.test('a million tied values take seconds, not minutes', t => {
  const counts = (shift: number) =>
    Array.from({ length: 500_000 }, (_, index) => Math.max(0, (index % 9) - 6 + shift));
  const started = process.cpuUsage();
  const random = makeRandom(3);
  const found = rankTest(makeSample(counts(0)), makeSample(counts(1)), { random });
  const few = (hits: number) => makeSample([...Array(500_000 - hits).fill(0), ...Array(hits).fill(1)]);
  const rare = rankTest(few(5), few(25), { random, permutations: 2000 });
  const { user, system } = process.cpuUsage(started);
  t.equal(found.method, 'normal');
  t.equal(rare.method, 'permutation');
  const fisher = fisherTest({
    base: { events: 5, trials: 500_000 },
    candidate: { events: 25, trials: 500_000 },
  });
  t.ok(Math.abs(rare.twoSided - fisher.twoSided) < 0.002, `${rare.twoSided} against ${fisher.twoSided}`);
  t.ok((user + system) / 1e6 < 5, `${((user + system) / 1e6).toFixed(2)} s of processor time`);
  t.end();
});

t.test('far in the tail the normal p is a bound, except of one heavy tie', t => {
  /** Both p of samples that overlap just so much that the exact one is some 1e-6 or less. */
  const both = (first: number[], second: number[]) => {
    const [one, other] = [makeSample(first), makeSample(second)];
    return { exact: rankTest(one, other).twoSided, normal: normalRankP(poolRanks(one, other)) };
  };
  const range = (size: number, from: number, each: number) =>
    Array.from({ length: size }, (_, index) => from + Math.floor(index * each));
  for (const [first, second] of [
    [30, 30],
    [30, 170],
    [50, 150],
    [99, 101],
  ] as const) {
    for (const distinct of [1, 0.25]) {
      const from = Math.floor(second * distinct * 0.62);
      const { exact, normal } = both(
        range(first, from, (second / first) * distinct),
        range(second, 0, distinct),
      );
      t.ok(exact < 1e-5, `${first} against ${second}, ${distinct} of the values distinct: ${exact}`);
      t.ok(normal >= exact, `normal ${normal}, exact ${exact}`);
    }
  }
  const heavy = both(
    [...Array(12).fill(0), ...Array(18).fill(1)],
    [...Array(160).fill(0), ...Array(10).fill(1)],
  );
  t.ok(heavy.normal < heavy.exact / 10, `86 % zeros: normal ${heavy.normal}, exact ${heavy.exact}`);
  t.end();
});
