import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import type { MaybeScalar } from '../../../harness/statistics/samples/value.ts';
import { findChangePoints } from '../../../harness/statistics/series/change-point.ts';
import { autoregressive, draws, mostOf, normal, percent } from '../generators.ts';
import { nile, otava } from './published-series.ts';

const indexes = (found: readonly { index: number }[]) => found.map(({ index }) => index);

t.test('published series', async t => {
  const found = findChangePoints(otava, { random: makeRandom(1), level: 0.05 });
  t.same(indexes(found), [5, 8], 'Apache Otava');
  t.match(found[0], { before: 0.3, after: 99.1, superiority: 1, counts: true });
  const mongo = [...Array(1000).fill(0), ...Array(1000).fill(1)];
  t.same(indexes(findChangePoints(mongo, { random: makeRandom(1), window: 2000 })), [1000], 'MongoDB');
  const flow = findChangePoints(nile, { random: makeRandom(1) });
  t.same(indexes(flow), [28], 'the Nile after 1898, where strucchange of R has its break');
});

t.test('the same seed gives the same changes; p is never below what was tried', async t => {
  const step = [...Array(100).fill(0), ...Array(100).fill(1)];
  const found = findChangePoints(step, { random: makeRandom(1) });
  t.match(found, [{ index: 100, before: 0, after: 1 }]);
  t.ok(found[0]!.p >= 1e-6 && found[0]!.p <= 0.001, `p ${found[0]!.p}`);
  t.same(findChangePoints(step, { random: makeRandom(1) }), found);
});

t.test('gaps, outliers, gates, constant and huge values', async t => {
  const random = makeRandom(3);
  t.same(findChangePoints([], { random }), []);
  t.same(findChangePoints(Array(40).fill(7), { random }), [], 'nothing varies');
  const noise = draws(40, normal, random);
  const gaps: MaybeScalar[] = [
    ...noise.slice(0, 20),
    undefined,
    null,
    undefined,
    ...noise.slice(20).map(value => value + 9),
  ];
  t.match(findChangePoints(gaps, { random }), [{ index: 23 }], 'gaps are counted, nothing is filled in');
  t.same(findChangePoints([...noise.slice(0, 20), 500], { random }), [], 'one night at the end is no event');
  const gate = { atLeast: 20, relative: 0 };
  t.match(findChangePoints(gaps, { random, gate }), [{ counts: false }], 'below the gate: a hint only');
  const spread = [...noise, ...draws(40, normal, random).map(value => 20 * value)];
  t.ok(
    findChangePoints(spread, { random }).every(({ counts }) => !counts),
    'a change of the spread is none of the level',
  );
  const top = 2n ** 63n;
  const bytes = Array.from({ length: 24 }, (_, index) => top + BigInt((index % 3) + (index < 12 ? 0 : 50)));
  t.match(findChangePoints(bytes, { random }), [{ index: 12 }], 'fifty bytes at 2^63');
  const extreme = noise.map((value, index) => (value + (index < 20 ? 0 : 9)) * 1e298);
  t.match(findChangePoints(extreme, { random }), [{ index: 20 }], 'no sum overflows');
});

/** In how many simulations something was found, and in how many it counts. */
function rates(rounds: number, seed: number, draw: (random: ReturnType<typeof makeRandom>) => number[]) {
  const random = makeRandom(seed);
  let found = 0;
  let counted = 0;
  for (let round = 0; round < rounds; round++) {
    const changes = findChangePoints(draw(random), { random });
    if (changes.length > 0) found++;
    if (changes.some(({ counts }) => counts)) counted++;
  }
  return { found: found / rounds, counted: counted / rounds };
}

t.test('a lasting shift of one standard deviation is found, and what is found counts', async t => {
  const shifted = (size: number, at: number) =>
    rates(40, 5, random => draws(size, normal, random).map((value, index) => value + (index < at ? 0 : 1)));
  const middle = shifted(200, 100);
  t.ok(middle.found >= 0.8, `200 nights, found in ${percent(middle.found)}`);
  t.ok(middle.counted >= middle.found * 0.95, `counts in ${percent(middle.counted)}`);
});

t.test('no change: false events at most at the level, and few under autocorrelation', async t => {
  const rounds = 200;
  for (const [autocorrelation, size, limit] of [
    [0, 100, 0.001],
    [0.3, 100, 0.005],
    [0.5, 60, 0.015],
    [0.5, 200, 0.005],
  ] as const) {
    const { found } = rates(rounds, 7, random => autoregressive(size, autocorrelation, random));
    t.ok(found <= mostOf(rounds, limit), `${size} nights, ${autocorrelation}: ${percent(found)}`);
  }
});

t.test('a host whose level wanders from session to session', async t => {
  // Centres of 8 boots of spread 1, on a host whose level has spread 0.7.
  const host = (autocorrelation: number) =>
    rates(200, 9, random =>
      autoregressive(100, autocorrelation, random).map(level => 0.7 * level + normal(random) / Math.sqrt(8)),
    ).found;
  const white = host(0);
  t.ok(white <= mostOf(200, 0.001), `independent sessions: ${percent(white)}`);
  const dependent = host(0.5);
  t.ok(dependent <= mostOf(200, 0.01), `autocorrelation .5: ${percent(dependent)}`);
});

t.test('a host that is now fast, now slow, gives no event when the share of either changes', async t => {
  const mixed = rates(40, 11, random =>
    Array.from(
      { length: 60 },
      (_, index) => (random.uniform() < (index < 30 ? 0.3 : 0.7) ? 25 : 13) + normal(random),
    ),
  );
  t.ok(mixed.counted <= 0.05, `found in ${percent(mixed.found)}, counts in ${percent(mixed.counted)}`);
  const switching = rates(100, 12, random => {
    let mode = 0;
    return Array.from({ length: 120 }, () => {
      if (random.uniform() < 0.3) mode = 1 - mode;
      return 12 * mode + normal(random);
    });
  });
  t.ok(switching.counted <= 0.01, `stays for three nights or so: ${percent(switching.counted)}`);
});
