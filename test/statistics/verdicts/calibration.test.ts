import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import type { MetricClass, MetricDefinition } from '../../../harness/statistics/samples/metric.ts';
import { makeSample } from '../../../harness/statistics/samples/sample.ts';
import { rankTest } from '../../../harness/statistics/tests/rank-test.ts';
import { analyse } from '../../../harness/statistics/verdicts/analysis.ts';
import { compareMetric } from '../../../harness/statistics/verdicts/comparison.ts';
import { planLooks } from '../../../harness/statistics/verdicts/looks.ts';
import { judge } from '../../../harness/statistics/verdicts/verdict.ts';
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

/** The share of pairs whose verdict says that the metric changed. */
function changedShare(kind: MetricClass, base: Draw, candidate: Draw, trials: number, pairs: number): number {
  const random = makeRandom(trials);
  let changed = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const samples = {
      base: makeSample(draws(trials, base, random)),
      candidate: makeSample(draws(trials, candidate, random)),
    };
    const comparison = compareMetric({ class: kind, worse: 'higher', gate: definition.gate, ...samples });
    if (judge([comparison], { declared: 1, method: 'holm', alpha: level }).some(result => result.changed))
      changed++;
  }
  return changed / pairs;
}

t.test('a spread is not taken for a level', t => {
  const pairs = 500;
  for (const [trials, most] of [
    [8, 0.14],
    [20, 0.11],
    [50, 0.09],
  ] as const) {
    const share = changedShare('count', negativeBinomial(80, 8), negativeBinomial(80, 0.7), trials, pairs);
    t.ok(
      share <= most,
      `negative binomial, mean 80, k=8 against 0.7, n=${trials}: ${percent(share)} changed`,
    );
  }
  const steady: Draw = normal;
  const wild: Draw = random => 4 * normal(random);
  const share = changedShare('time', steady, wild, 20, pairs);
  t.ok(share <= mostOf(pairs), `normal, standard deviation 1 against 4, n=20: ${percent(share)} changed`);
  t.end();
});

t.test('and costs little power where the level does change', t => {
  const doubled = changedShare('count', negativeBinomial(20, 2), negativeBinomial(40, 2), 20, 500);
  t.ok(doubled >= 0.7, `negative binomial, k=2, mean 20 to 40, n=20: ${percent(doubled)} proved`);
  const shifted = changedShare('time', normal, random => 0.9 + normal(random), 20, 500);
  t.ok(shifted >= 0.72, `normal, shift 0.9 sd, n=20: ${percent(shifted)} proved`);
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

t.test('deterministic metrics that are not quite: false alarms over 100 cells', t => {
  const runs = 100;
  const metric: MetricDefinition = { ...definition, class: 'deterministic' };
  const deviating: Draw = random => (random.uniform() < 0.3 ? 40 : 39);
  for (const trials of [3, 6]) {
    const random = makeRandom(trials);
    let alarmed = 0;
    for (let run = 0; run < runs; run++) {
      const cells = Array.from({ length: 100 }, (_, cell) => ({
        cell: `${cell}`,
        metrics: {
          loads: { base: draws(trials, deviating, random), candidate: draws(trials, deviating, random) },
        },
      }));
      const { tally } = analyse({ definitions: [metric], cells });
      if (tally.REGRESSED + tally.IMPROVED > 0) alarmed++;
    }
    t.ok(alarmed / runs <= mostOf(runs), `n=${trials}: runs with any alarm: ${percent(alarmed / runs)}`);
  }
  let alone = 0;
  const coin: Draw = random => Math.floor(2 * random.uniform());
  const random = makeRandom(30);
  for (let run = 0; run < 2000; run++) {
    const values = { base: draws(3, coin, random), candidate: draws(3, coin, random) };
    const cells = [{ cell: 'one', metrics: { loads: values } }];
    const { tally } = analyse({ definitions: [metric], cells });
    alone += tally.REGRESSED + tally.IMPROVED;
  }
  t.ok(
    alone / 2000 <= mostOf(2000, 2 / 64),
    `one cell, half of the boots deviate, n=3: ${percent(alone / 2000)}`,
  );
  t.end();
});
