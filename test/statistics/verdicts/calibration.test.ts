import t from 'tap';
import { makeRandom, type Random } from '../../../harness/random.ts';
import type { MetricClass, MetricDefinition } from '../../../harness/statistics/samples/metric.ts';
import { makeSample } from '../../../harness/statistics/samples/sample.ts';
import { rankTest } from '../../../harness/statistics/tests/rank-test.ts';
import { analyse } from '../../../harness/statistics/verdicts/analysis.ts';
import { compareMetric } from '../../../harness/statistics/verdicts/comparison.ts';
import { planLooks } from '../../../harness/statistics/verdicts/looks.ts';
import { type Draw, draws, mostOf, negativeBinomial, normal, percent, poisson } from '../generators.ts';

const level = 0.05;

/** Five kinds of data: what one boot of an unchanged kernel may give. */
const generators: Record<string, { class: MetricClass; draw: Draw }> = {
  normal: { class: 'time', draw: random => 1000 + 20 * normal(random) },
  'negative binomial': { class: 'count', draw: negativeBinomial(8) },
  'mostly zero': {
    class: 'count',
    draw: random => (random.uniform() < 0.8 ? 0 : 1 + negativeBinomial(3)(random)),
  },
  lognormal: { class: 'time', draw: random => Math.exp(normal(random)) },
  bimodal: {
    class: 'count',
    draw: random => (random.uniform() < 0.5 ? 13 : 25) + Math.round(normal(random)),
  },
};

function headlineP(kind: MetricClass, base: readonly number[], candidate: readonly number[]): number {
  const samples = { base: makeSample(base), candidate: makeSample(candidate) };
  return compareMetric({ class: kind, worse: 'higher', gate: { atLeast: 0, relative: 0 }, ...samples }).test!
    .p!;
}

t.test('false alarms on equal sides, 4000 pairs each', t => {
  const pairs = 4000;
  for (const [index, [name, generator]] of Object.entries(generators).entries()) {
    for (const trials of [5, 10, 20]) {
      const random = makeRandom(100 * index + trials);
      let alarms = 0;
      for (let pair = 0; pair < pairs; pair++) {
        const base = draws(trials, generator.draw, random);
        if (headlineP(generator.class, base, draws(trials, generator.draw, random)) <= level) alarms++;
      }
      t.ok(alarms / pairs <= mostOf(pairs), `${name}, n=${trials}: ${percent(alarms / pairs)}`);
      if (name === 'normal') t.ok(alarms / pairs >= 0.025, 'and the test is not merely asleep');
    }
  }
  t.end();
});

/** Goes through the looks; returns the trials per side that were used, negative when there was an alarm. */
function walkLooks(kind: MetricClass, base: readonly number[], candidate: readonly number[]): number {
  for (const look of planLooks([5, 10, 20], level)) {
    if (headlineP(kind, base.slice(0, look.trials), candidate.slice(0, look.trials)) <= look.spend)
      return -look.trials;
  }
  return base.length;
}

t.test('false alarms over the looks 5, 10, 20', t => {
  const pairs = 4000;
  for (const [index, [name, generator]] of Object.entries(generators).entries()) {
    const random = makeRandom(1000 + index);
    let alarms = 0;
    for (let pair = 0; pair < pairs; pair++) {
      const base = draws(20, generator.draw, random);
      if (walkLooks(generator.class, base, draws(20, generator.draw, random)) < 0) alarms++;
    }
    t.ok(alarms / pairs <= mostOf(pairs), `${name}: ${percent(alarms / pairs)}`);
  }
  t.end();
});

const definition: MetricDefinition = {
  name: 'loads',
  unit: '',
  class: 'count',
  worse: 'higher',
  family: 'loads',
  headline: true,
  gated: true,
  gate: { atLeast: 0, relative: 0 },
};

t.test('false alarms of the complete verdict over 20 cells with looks', t => {
  const runs = 400;
  const random = makeRandom(2024);
  const kinds = Object.values(generators);
  let alarmed = 0;
  for (let run = 0; run < runs; run++) {
    const cells = Array.from({ length: 20 }, (_, cell) => {
      const { draw } = kinds[cell % kinds.length]!;
      return {
        cell: `${cell}`,
        metrics: { loads: { base: draws(20, draw, random), candidate: draws(20, draw, random) } },
      };
    });
    const { tally } = analyse({ definitions: [definition], cells, looks: [8, 12, 20] });
    if (tally.REGRESSED + tally.IMPROVED > 0) alarmed++;
  }
  t.ok(alarmed / runs <= mostOf(runs), `runs with any alarm: ${percent(alarmed / runs)}`);
  t.end();
});

t.test('false claims of no change stay rare when the change is as large as the gate', t => {
  const runs = 1000;
  for (const kind of ['time', 'count'] as const) {
    const random = makeRandom(8);
    let claimed = 0;
    for (let run = 0; run < runs; run++) {
      const draw = (random: Random) => 100 + 10 * normal(random);
      const base = makeSample(draws(10, draw, random));
      const candidate = makeSample(draws(10, random => draw(random) + 10, random));
      const { effect } = compareMetric({
        class: kind,
        worse: 'higher',
        gate: { atLeast: 10, relative: 0 },
        base,
        candidate,
      });
      if (effect!.interval.attained && effect!.interval.low > -10 && effect!.interval.high < 10) claimed++;
    }
    t.ok(claimed / runs <= mostOf(runs, 0.025), `${kind}: ${percent(claimed / runs)}`);
  }
  t.end();
});

t.test('intervals cover the true change of skewed counts', t => {
  const runs = 1500;
  for (const [trials, least] of [
    [8, 0.9],
    [10, 0.9],
    [20, 0.91],
  ] as const) {
    const random = makeRandom(trials);
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const base = makeSample(draws(trials, negativeBinomial(80), random));
      const candidate = makeSample(draws(trials, negativeBinomial(120), random));
      const { effect } = compareMetric({
        class: 'count',
        worse: 'higher',
        gate: definition.gate,
        base,
        candidate,
      });
      if (effect!.interval.low <= 40 && effect!.interval.high >= 40) covered++;
    }
    t.ok(
      covered / runs >= least,
      `mean 80 to 120, k=0.5, n=${trials}: ${percent(covered / runs)} of nominal 95 %`,
    );
  }
  t.end();
});

t.test('power: looks against a fixed number, headline against the plain rank test', t => {
  const pairs = 600;
  for (const [shift, leastPower, mostTrials] of [
    [1, 0.7, 18],
    [2, 0.98, 11],
    [3, 0.99, 8],
  ] as const) {
    const random = makeRandom(5);
    let proved = 0;
    let used = 0;
    let fixed = 0;
    for (let pair = 0; pair < pairs; pair++) {
      const base = draws(20, normal, random);
      const candidate = draws(20, random => normal(random) + shift, random);
      const end = walkLooks('time', base, candidate);
      if (end < 0) proved++;
      used += Math.abs(end);
      if (headlineP('time', base, candidate) <= level) fixed++;
    }
    const text = `shift ${shift} sd: looks prove ${percent(proved / pairs)} with ${(used / pairs).toFixed(1)} trials per side`;
    t.ok(
      proved / pairs >= leastPower && used / pairs <= mostTrials,
      `${text}; 20 fixed prove ${percent(fixed / pairs)}`,
    );
  }
  const random = makeRandom(6);
  let headline = 0;
  let plain = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const base = draws(20, () => 0, random);
    const candidate = draws(20, random => (random.uniform() < 0.4 ? 1 + poisson(2, random) : 0), random);
    if (headlineP('count', base, candidate) <= level) headline++;
    if (rankTest(makeSample(base), makeSample(candidate)).twoSided <= level) plain++;
  }
  t.ok(
    headline >= plain * 0.97,
    `0 to 40 % nonzero: headline ${percent(headline / pairs)}, rank test ${percent(plain / pairs)}`,
  );
  t.end();
});
