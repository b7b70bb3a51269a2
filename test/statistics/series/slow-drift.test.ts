import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import { findChangePoints } from '../../../harness/statistics/series/change-point.ts';
import { separateDrift } from '../../../harness/statistics/series/slow-drift.ts';
import { autoregressive, draws, mostOf, normal, percent } from '../generators.ts';
import { nile } from './published-series.ts';

const year = 365;
/** Three standard deviations in a year of nights. */
const drifting = (night: number) => (3 * night) / year;

/** In how many simulations a drift is told, a step that counts, and both. */
function rates(rounds: number, autocorrelation: number, size: number, level: (night: number) => number) {
  const random = makeRandom(21);
  const told = { drift: 0, steps: 0, both: 0 };
  for (let round = 0; round < rounds; round++) {
    const series = autoregressive(size, autocorrelation, random).map((noise, night) => noise + level(night));
    // A looser search than that of a history, which finds more stairs and is faster.
    const found = findChangePoints(series, { random, level: 0.01, permutations: 99 });
    const { drift, steps } = separateDrift(series, found);
    const stepped = steps.some(({ counts }) => counts);
    if (drift) told.drift += 1 / rounds;
    if (stepped) told.steps += 1 / rounds;
    if (drift && stepped) told.both += 1 / rounds;
  }
  return told;
}

t.test('a drift is described: slope per time, levels at both ends, the gate', async t => {
  const noise = draws(200, normal, makeRandom(1));
  const series = noise.map((value, index) => 1000 + value + index / 10);
  const days = noise.map((_, index) => 2 * index);
  const { drift, steps } = separateDrift(series, findChangePoints(series, { random: makeRandom(2) }), {
    times: days,
  });
  t.same(steps, [], 'the stairs that change points make of it are none');
  t.match(drift, { first: 0, last: 199, counts: true });
  t.ok(drift!.p < 1e-6);
  t.ok(Math.abs(drift!.slope - 0.05) < 0.002, `${drift!.slope} a day`);
  t.ok(
    Math.abs(drift!.before - 1000) < 1 && Math.abs(drift!.after - 1019.9) < 1,
    `${drift!.before} to ${drift!.after}`,
  );
  const gate = { atLeast: 0, relative: 0.05 };
  t.match(
    separateDrift(series, [], { gate }).drift,
    { counts: false },
    'two percent are below a gate of five',
  );
  t.match(separateDrift(series, [], { window: 100 }).drift, { first: 100, last: 199 });
});

t.test('gaps, too few points, and what does not vary', async t => {
  const line = Array.from({ length: 60 }, (_, index) => index);
  t.match(separateDrift(line, []).drift, { slope: 1, before: 0, after: 59 }, 'a line without noise');
  const gaps = line.map(value => (value % 7 === 3 ? undefined : value));
  t.match(separateDrift(gaps, []).drift, { slope: 1, first: 0, last: 58 }, 'the place of a gap counts');
  t.equal(separateDrift(line.slice(0, 19), []).drift, undefined, 'nothing slow in so few points');
  t.equal(separateDrift(Array(60).fill(7), []).drift, undefined);
  t.equal(separateDrift([], []).drift, undefined);
  const step = line.map(index => (index < 30 ? 0 : 1));
  t.equal(separateDrift(step, findChangePoints(step, { random: makeRandom(1) })).drift, undefined);
});

t.test('the Nile has a step, and no drift beside it', async t => {
  const found = findChangePoints(nile, { random: makeRandom(1) });
  const { drift, steps } = separateDrift(nile, found);
  t.equal(drift, undefined, 'though the trend test of the whole has p 4e-5');
  t.match(steps, [{ index: 28 }]);
});

t.test('three standard deviations in a year are found, as a drift and nothing else', async t => {
  for (const [autocorrelation, power] of [
    [0, 0.9],
    [0.3, 0.8],
  ] as const) {
    const told = rates(30, autocorrelation, year, drifting);
    t.ok(told.drift >= power, `autocorrelation ${autocorrelation}: found in ${percent(told.drift)}`);
    t.ok(told.both <= 0.15, `with steps in ${percent(told.both)}`);
  }
});

t.test('no drift: false alarms at most at the level, with autocorrelation or without', async t => {
  for (const autocorrelation of [0, 0.3]) {
    const { drift } = rates(150, autocorrelation, 120, () => 0);
    t.ok(drift <= mostOf(150, 0.001), `autocorrelation ${autocorrelation}: ${percent(drift)}`);
  }
});

t.test('a step is told as a step, not as a drift', async t => {
  for (const [autocorrelation, shift, at] of [
    [0, 1, 180],
    [0, 3, 60],
    [0.3, 1.5, 180],
  ] as const) {
    const told = rates(40, autocorrelation, year, night => (night < at ? 0 : shift));
    t.ok(told.steps >= 0.9, `${shift} sd at ${at}, ${autocorrelation}: a step in ${percent(told.steps)}`);
    t.ok(told.drift <= 0.08, `a drift in ${percent(told.drift)}`);
  }
});

t.test('a drift and a step are told as both', async t => {
  const told = rates(15, 0, year, night => drifting(night) - (night < 200 ? 0 : 3));
  t.ok(told.both >= 0.8, percent(told.both));
});
