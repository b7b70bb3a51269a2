import t from 'tap';
import { makeRandom, type Random } from '../../harness/random.ts';
import { westfallYoung } from '../../harness/statistics/corrections/westfall-young.ts';
import { makeSample } from '../../harness/statistics/samples/sample.ts';
import type { MaybeScalar } from '../../harness/statistics/samples/value.ts';
import { bestSplit, findChangePoints } from '../../harness/statistics/series/change-point.ts';
import { driftWithin, orderEffect } from '../../harness/statistics/series/drift.ts';
import { rankTest } from '../../harness/statistics/tests/rank-test.ts';
import { compareMetric } from '../../harness/statistics/verdicts/comparison.ts';
import { planLooks } from '../../harness/statistics/verdicts/looks.ts';
import { leastTrials, trialsForRates, trialsForShift } from '../../harness/statistics/verdicts/power.ts';

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

const otava = [0.3, 2.4, 1.5, -0.9, -0.5, 99.7, 98.3, 99.1, 149, 149.7, 149.5, 149.1, 148.8, 150];

t.test('E-divisive: published series', t => {
  const first = bestSplit(otava, 2)!;
  t.equal(first.at, 5);
  t.equal(first.end, 14);
  t.ok(Math.abs(first.statistic - 761.2821428571) < 1e-8, `${first.statistic}`);
  const found = findChangePoints(otava, { random: makeRandom(1), level: 0.05, leastSegment: 3 });
  t.same(
    found.map(({ index }) => index),
    [5, 8],
  );
  t.match(found[0], { before: 0.3, after: 99.1, superiority: 1, counts: true });
  const step = [...Array(100).fill(0), ...Array(100).fill(1)];
  const steps = findChangePoints(step, { random: makeRandom(1) });
  t.match(steps, [{ index: 100, p: 0.001, before: 0, after: 1 }]);
  t.same(findChangePoints(step, { random: makeRandom(1) }), steps, 'the same seed gives the same events');
  t.end();
});

t.test('histories without a change, with gaps, outliers, bimodal noise and huge numbers', t => {
  const random = makeRandom(3);
  let events = 0;
  for (let series = 0; series < 60; series++) {
    events += findChangePoints(
      Array.from({ length: 30 }, () => normal(random)),
      { random, level: 0.02, permutations: 199 },
    ).length;
  }
  t.ok(events <= 5, `${events} events in 60 quiet histories at level 0.02`);
  t.same(findChangePoints([], { random }), []);
  t.same(findChangePoints(Array(40).fill(7), { random }), [], 'nothing varies');
  const noise = Array.from({ length: 40 }, () => normal(random));
  const gaps: MaybeScalar[] = [
    ...noise.slice(0, 20),
    undefined,
    null,
    undefined,
    ...noise.slice(20).map(value => value + 9),
  ];
  t.match(
    findChangePoints(gaps, { random }),
    [{ index: 23 }],
    'the index counts the gaps, nothing is filled in',
  );
  t.same(findChangePoints([...noise.slice(0, 20), 500], { random }), [], 'one night at the end is no event');
  const gate = { atLeast: 20, relative: 0 };
  t.match(
    findChangePoints(gaps, { random, gate }),
    [{ counts: false }],
    'smaller than the gate: a hint only',
  );
  const bimodal = Array.from({ length: 60 }, (_, index) =>
    random.uniform() < (index < 30 ? 0.3 : 0.7) ? 25 : 13,
  );
  const unsure = findChangePoints(bimodal, { random, level: 0.05 });
  t.ok(
    unsure.every(({ counts }) => !counts),
    'two modes that mix differently are not separated',
  );
  const top = 2n ** 63n;
  const huge = Array.from({ length: 24 }, (_, index) => top + BigInt((index % 3) + (index < 12 ? 0 : 50)));
  t.match(findChangePoints(huge, { random }), [{ index: 12 }], 'fifty bytes at 2^63');
  t.end();
});

t.test('drift inside a side, and who boots first', t => {
  const rising = Array.from({ length: 16 }, (_, index) => index);
  t.match(driftWithin(rising), { direction: 1, p: 2 / 12870 });
  t.match(driftWithin([...rising].reverse()), { direction: -1 });
  t.equal(driftWithin([5, 1, 4, 2, 5, 1, 4, 2]).p, 1);
  t.equal(driftWithin([]).p, 1);
  t.match(
    driftWithin([1, 2, 3]),
    { n: { earlier: 1, later: 1 } },
    'the middle value belongs to neither half',
  );
  t.match(
    driftWithin([1, undefined, 3, 9]),
    { n: { earlier: 1, later: 2 } },
    'missing trials keep their place',
  );
  const blocks = Array.from({ length: 8 }, (_, index) => [index / 10, 3 + index / 10]);
  t.match(orderEffect(blocks), { direction: 1, p: 2 / 12870, n: { earlier: 8, later: 8 } });
  t.equal(
    orderEffect(blocks.map(([low, high], index) => (index % 2 ? [high!, low!] : [low!, high!]))).p > 0.5,
    true,
  );
  t.end();
});

t.test('Westfall and Young keep the level and use the dependence', t => {
  const random = makeRandom(12);
  const draw = (metrics: number, shared: number, shift: number) => {
    const boots = Array.from({ length: 12 }, () => normal(random));
    const value = (boot: number) => Math.sqrt(shared) * boots[boot]! + Math.sqrt(1 - shared) * normal(random);
    return Array.from({ length: metrics }, () => ({
      base: Array.from({ length: 6 }, (_, boot) => value(boot)),
      candidate: Array.from({ length: 6 }, (_, boot) => value(6 + boot) + shift),
    }));
  };
  let alarms = 0;
  let proved = 0;
  let provedByHolm = 0;
  const rounds = 250;
  for (let round = 0; round < rounds; round++) {
    if (Math.min(...westfallYoung(draw(10, 0.9, 0), random, 199)) <= 0.05) alarms++;
    const moved = draw(10, 0.9, 2);
    if (westfallYoung(moved, random, 199)[0]! <= 0.05) proved++;
    if (rankTest(makeSample(moved[0]!.base), makeSample(moved[0]!.candidate)).twoSided * 10 <= 0.05)
      provedByHolm++;
  }
  t.ok(
    alarms / rounds <= 0.05 + 3 * Math.sqrt((0.05 * 0.95) / rounds),
    `${alarms} false alarms in ${rounds}`,
  );
  t.ok(proved > provedByHolm, `power ${proved / rounds}, Bonferroni ${provedByHolm / rounds}`);
  const missing = westfallYoung(
    [
      { base: [1, 2, undefined], candidate: [null] },
      { base: [1, 1], candidate: [1] },
    ],
    random,
    99,
  );
  t.same(missing, [1, 1], 'nothing measured or nothing varies: no claim');
  t.end();
});

t.test('trials that would decide', t => {
  for (const [alpha, least] of [
    [0.1, 3],
    [0.05, 4],
    [0.01, 5],
    [0.05 / 200, 8],
    [0.05 / 400, 9],
  ] as const) {
    t.equal(leastTrials(alpha), least, `family alpha ${alpha}`);
  }
  for (const [shift, low, high] of [
    [1, 17, 20],
    [1.5, 8, 11],
    [2, 5, 8],
  ] as const) {
    const trials = trialsForShift(shift, 1, 0.05);
    t.ok(trials >= low && trials <= high, `${shift} sd: ${trials}`);
  }
  for (const [from, to, exact] of [
    [0, 0.5, 12],
    [0, 0.3, 21],
    [0, 0.2, 39],
    [0.1, 0.5, 23],
  ] as const) {
    const trials = trialsForRates(from, to, 0.05);
    t.ok(
      trials >= exact && trials <= exact + (from === 0 ? 0 : 5),
      `${from} to ${to}: ${trials}, exact power says ${exact}`,
    );
  }
  const looks = planLooks([8, 12, 20], 0.05);
  t.same(
    looks.map(({ spend }) => spend),
    [0.0125, 0.0125, 0.025],
  );
  t.same(
    planLooks([10], 0.05).map(({ spend }) => spend),
    [0.05],
  );
  t.end();
});

t.test('slow drift shows against a pinned release, not against yesterday', t => {
  const random = makeRandom(21);
  const night = (level: number) => makeSample(Array.from({ length: 10 }, () => level + normal(random)));
  const gate = { atLeast: 3, relative: 0 };
  const pinned = night(100);
  const levels = Array.from({ length: 20 }, (_, index) => 100 + index * 0.4);
  const compare = (base: typeof pinned, candidate: typeof pinned) =>
    compareMetric({ class: 'time', worse: 'higher', gate, base, candidate });
  const steps = levels.slice(1).map((level, index) => compare(night(levels[index]!), night(level)));
  t.ok(
    steps.every(({ effect, threshold }) => Math.abs(effect!.estimate) < threshold),
    'no night reaches the gate',
  );
  const whole = compare(pinned, night(levels.at(-1)!));
  t.ok(whole.effect!.estimate > whole.threshold && whole.test!.p! < 0.001, 'the whole way does');
  t.end();
});
