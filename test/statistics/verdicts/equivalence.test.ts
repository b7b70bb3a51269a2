import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import type { Gate, MetricClass } from '../../../harness/statistics/samples/metric.ts';
import { analyse } from '../../../harness/statistics/verdicts/analysis.ts';
import { type Draw, draws, mostOf, negativeBinomial, normal, percent } from '../generators.ts';
import { count } from '../metrics.ts';

/** Data whose truth lies exactly at the gate of its metric. */
interface AtTheGate {
  class: MetricClass;
  gate: Gate;
  base: Draw;
  candidate: Draw;
}

const gate = 25;
const boot: Draw = random => 1000 + 5 * normal(random);
const oneIn = (share: number, hit: number, rest: number) => (random: { uniform(): number }) =>
  random.uniform() < share ? hit : rest;

const kinds: Record<string, AtTheGate> = {
  'failed_boots, none to 5 %': {
    class: 'count',
    gate: { atLeast: 0.05, relative: 0, rate: 0.05 },
    base: () => 0,
    candidate: oneIn(0.05, 1, 0),
  },
  'failed_boots, 10 to 15 %': {
    class: 'count',
    gate: { atLeast: 0.05, relative: 0, rate: 0.05 },
    base: oneIn(0.1, 1, 0),
    candidate: oneIn(0.15, 1, 0),
  },
  'one boot of ten slow by four gates': {
    class: 'time',
    gate: { atLeast: gate, relative: 0 },
    base: boot,
    candidate: random => boot(random) + oneIn(0.1, 4 * gate, 0)(random),
  },
  'every boot slow by the gate': {
    class: 'time',
    gate: { atLeast: gate, relative: 0 },
    base: boot,
    candidate: random => boot(random) + gate,
  },
  'all equal but for a third': {
    class: 'count',
    gate: { atLeast: 1, relative: 0 },
    base: () => 5,
    candidate: oneIn(1 / 3, 6, 5),
  },
  'all equal but for a third, far beyond the gate': {
    class: 'count',
    gate: { atLeast: 5, relative: 0 },
    base: () => 5,
    candidate: oneIn(1 / 3, 40, 5),
  },
  'deterministic but for a third': {
    class: 'deterministic',
    gate: { atLeast: 1, relative: 0 },
    base: () => 39,
    candidate: oneIn(1 / 3, 40, 39),
  },
  'rare counter, never to a third': {
    class: 'count',
    gate: { atLeast: 1, relative: 0 },
    base: () => 0,
    candidate: oneIn(1 / 3, 2, 0),
  },
  'rare counter, 10 to 43 %': {
    class: 'count',
    gate: { atLeast: 1, relative: 0 },
    base: oneIn(0.1, 1, 0),
    candidate: oneIn(0.1 + 1 / 3, 1, 0),
  },
  'overdispersed, mean 20 to 40': {
    class: 'count',
    gate: { atLeast: 20, relative: 0 },
    base: negativeBinomial(20),
    candidate: negativeBinomial(40),
  },
  'overdispersed, mean 40 to 20': {
    class: 'count',
    gate: { atLeast: 20, relative: 0 },
    base: negativeBinomial(40),
    candidate: negativeBinomial(20),
  },
};

/** The share of pairs whose verdict, or that of any look, is UNCHANGED. */
function unchanged(
  { class: kind, gate, base, candidate }: AtTheGate,
  { trials, runs, seed, looks }: { trials: number; runs: number; seed: number; looks?: number[] },
): number {
  const random = makeRandom(seed);
  const definition = { ...count, class: kind, gate };
  let found = 0;
  for (let run = 0; run < runs; run++) {
    const values = { base: draws(trials, base, random), candidate: draws(trials, candidate, random) };
    const cells = [{ cell: 'cell', metrics: { [definition.name]: values } }];
    if (analyse({ definitions: [definition], cells, looks }).tally.UNCHANGED > 0) found++;
  }
  return found / runs;
}

t.test('a truth at the gate is called unchanged in at most 5 %, whatever its kind', t => {
  const runs = 400;
  for (const [index, [name, kind]] of Object.entries(kinds).entries()) {
    for (const trials of name.startsWith('failed_boots') ? [8, 20, 80, 120] : [3, 8, 12, 20, 40]) {
      const share = unchanged(kind, { trials, runs, seed: 100 * index + trials });
      t.ok(share <= mostOf(runs), `${name}, n=${trials}: ${percent(share)}`);
    }
  }
  t.end();
});

t.test('and in at most 5 % over all looks together', t => {
  const runs = 300;
  for (const [index, [name, kind]] of Object.entries(kinds).entries()) {
    const looks = name.startsWith('failed_boots') ? [40, 80, 120] : [8, 20, 40];
    const share = unchanged(kind, { trials: looks.at(-1) ?? 0, runs, looks, seed: index });
    t.ok(share <= mostOf(runs), `${name}, looks ${looks.join()}: ${percent(share)}`);
  }
  t.end();
});

t.test('the claim is not asleep: what did not change is called so, given the trials', t => {
  for (const [name, trials, least] of [
    ['failed_boots, none to 5 %', 80, 1],
    ['one boot of ten slow by four gates', 40, 0.95],
    ['all equal but for a third', 8, 1],
    ['deterministic but for a third', 8, 1],
    ['rare counter, never to a third', 8, 1],
    ['rare counter, 10 to 43 %', 20, 0.6],
    ['overdispersed, mean 20 to 40', 60, 0.8],
  ] as const) {
    const kind = kinds[name]!;
    const share = unchanged({ ...kind, candidate: kind.base }, { trials, runs: 100, seed: 7 });
    t.ok(share >= least, `${name}, nothing changed, n=${trials}: ${percent(share)}`);
  }
  t.end();
});

t.test('a rate that a matrix sets is the one that is excluded', t => {
  const slow = kinds['one boot of ten slow by four gates']!;
  const lenient = { ...slow, gate: { ...slow.gate, rate: 1 / 3 } };
  t.ok(
    unchanged(lenient, { trials: 20, runs: 200, seed: 1 }) > 0.3,
    'a tenth is no third: that is what such a verdict says, and no more',
  );
  const third: Draw = random => boot(random) + oneIn(1 / 3, 4 * gate, 0)(random);
  const share = unchanged({ ...lenient, candidate: third }, { trials: 20, runs: 600, seed: 2 });
  t.ok(share <= mostOf(600), `one boot of three: ${percent(share)}`);
  t.end();
});
