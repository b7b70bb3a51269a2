import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import type { MetricDefinition } from '../../../harness/statistics/samples/metric.ts';
import { makeSample } from '../../../harness/statistics/samples/sample.ts';
import { compareMetric } from '../../../harness/statistics/verdicts/comparison.ts';
import { trialsForCounts } from '../../../harness/statistics/verdicts/count-trials.ts';
import { planLooks } from '../../../harness/statistics/verdicts/looks.ts';
import type { MetricVerdict } from '../../../harness/statistics/verdicts/metric-verdict.ts';
import { leastTrials, trialsForShift } from '../../../harness/statistics/verdicts/power.ts';
import { trialsForRates } from '../../../harness/statistics/verdicts/rate-trials.ts';
import { explainInSentence } from '../../../harness/statistics/verdicts/sentence.ts';
import { judge } from '../../../harness/statistics/verdicts/verdict.ts';
import { type Draw, draws, negativeBinomial, normal, poisson } from '../generators.ts';
import { count, time } from '../metrics.ts';

function judged(definition: MetricDefinition, base: number[], candidate: number[]): MetricVerdict {
  const comparison = compareMetric({
    ...definition,
    base: makeSample(base),
    candidate: makeSample(candidate),
  });
  return judge([comparison], { alpha: 0.05, declared: 1, method: 'holm' })[0]!;
}

/** The share of runs, as long as a first one of `trials` per side asked for, that prove a change of 1.5 gates. */
function shareProved(
  definition: MetricDefinition,
  trials: number,
  base: Draw,
  changed: Draw,
  seed: number,
  runs = 600,
) {
  const random = makeRandom(seed);
  let asked = 0;
  let proved = 0;
  for (let run = 0; run < runs; run++) {
    const first = judged(definition, draws(trials, base, random), draws(trials, base, random));
    const { perSide, more } = first.needs ?? { perSide: 0, more: 0 };
    if (more === 0 || perSide > 1000) continue;
    asked++;
    const second = judged(definition, draws(perSide, base, random), draws(perSide, changed, random));
    if (second.verdict === 'REGRESSED') proved++;
  }
  return { asked, share: proved / asked };
}

t.test('four of five runs as long as asked for prove a time that grew by one and a half gates', t => {
  const level =
    (mean: number): Draw =>
    random =>
      mean + 10 * normal(random);
  for (const trials of [10, 20]) {
    const definition = { ...time, gate: { atLeast: 6, relative: 0 } };
    const { asked, share } = shareProved(definition, trials, level(100), level(109), 20 + trials);
    t.ok(asked > 100, `${trials}: ${asked} runs were told how many more`);
    t.ok(share >= 0.75 && share <= 0.9, `${trials}: proved by ${share.toFixed(3)}`);
  }
  t.end();
});
t.test('four of five do of counts as well, however uneven they are', t => {
  const counts = (atLeast: number, rate?: number) => ({ ...count, gate: { atLeast, relative: 0, rate } });
  const lognormal =
    (median: number): Draw =>
    random =>
      Math.round(median * Math.exp(0.7 * normal(random)));
  const rare =
    (rate: number): Draw =>
    random =>
      random.uniform() < rate ? 1 + Math.floor(3 * random.uniform()) : 0;
  const kinds: [string, MetricDefinition, Draw, Draw][] = [
    ['negative binomial, k=0.5', counts(80), negativeBinomial(80), negativeBinomial(200)],
    ['Poisson', counts(4), random => poisson(20, random), random => poisson(26, random)],
    ['lognormal', counts(30), lognormal(100), lognormal(135)],
    ['5 % of the boots', counts(1, 0.1), rare(0.05), rare(0.2)],
  ];
  for (const [name, definition, base, changed] of kinds) {
    const { asked, share } = shareProved(definition, 10, base, changed, 40, 120);
    t.ok(asked > 100, `${name}: ${asked} runs were told how many more`);
    t.ok(share >= 0.75 && share <= 0.95, `${name}: proved by ${share.toFixed(3)}`);
  }
  t.end();
});

t.test('the size of counts does not depend on their unit', async t => {
  const values = [3, 5, 8, 8, 9, 12, 14, 20, 33, 60, 61, 80];
  const sizeIn = (unit: number) =>
    trialsForCounts({
      values: values.map(value => value * unit),
      change: 15 * unit,
      gate: 10 * unit,
      alpha: 0.01,
      confidence: 0.95,
    });
  for (const exponent of [-900, -500, 500, 900]) t.equal(sizeIn(2 ** exponent), sizeIn(1), `2^${exponent}`);
});

t.test('counts that never varied so far have a size', async t => {
  for (const length of [6, 7, 9, 24]) {
    const values = new Array<number>(length).fill(39);
    const size = trialsForCounts({ values, change: 3, gate: 2, alpha: 0.0042, confidence: 0.95 });
    t.ok(size >= 1 && size < 100, `${length} equal values: ${size}`);
  }
});

t.test('what further trials would show is said with how often they do', t => {
  const base = [0, 3, 9, 40, 2, 25];
  const candidate = [1, 4, 30, 8, 37, 0];
  const few = { ...count, gate: { atLeast: 10, relative: 0 } };
  t.match(
    explainInSentence(judged(few, base, candidate), few),
    /; about \d+ more trials per side would show a change of \d+ %, one and a half gates, in four runs of five\.$/,
  );
  const many = { ...count, gate: { atLeast: 90, relative: 0, rate: 0.05 } };
  const eight = (values: number[]) => Array.from({ length: 8 }, () => values).flat();
  t.match(
    explainInSentence(judged(many, eight(base), eight(candidate)), many),
    /; about this many trials would show a change of \d+ % in four runs of five: this one is close to the gate\.$/,
  );
  t.end();
});

t.test('trials that would decide', async t => {
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
    const known = { events: Math.round(250 * from), trials: 250, change: to - from, gate: 0, alpha: 0.05 };
    const trials = trialsForRates(known);
    t.ok(
      trials >= exact && trials <= 1.5 * exact,
      `${from} to ${to}: ${trials}, exact power of 0.8 says ${exact}`,
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
});
