import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import { sessionSpread } from '../../../harness/statistics/series/session-spread.ts';
import { normal } from '../generators.ts';
import { near } from '../near.ts';

/** Yields of dyestuff, grams, five samples from each of six batches (Davies and Goldsmith 1972, table 6.3). */
const dyestuff = [
  [1545, 1440, 1440, 1520, 1580],
  [1540, 1555, 1490, 1560, 1495],
  [1595, 1550, 1605, 1510, 1560],
  [1445, 1440, 1595, 1465, 1545],
  [1595, 1630, 1515, 1635, 1625],
  [1520, 1455, 1450, 1480, 1445],
];

/** Made data of Box and Tiao 1973, table 5.1.4, in which batches differ less than samples let expect. */
const dyestuff2 = [
  [7.298, 3.846, 2.434, 9.566, 7.99],
  [5.22, 6.556, 0.608, 11.788, -0.892],
  [0.11, 10.386, 13.434, 5.51, 8.166],
  [2.212, 4.852, 7.092, 9.288, 4.98],
  [0.282, 9.014, 4.458, 9.446, 7.198],
  [1.722, 4.782, 8.106, 0.758, 3.758],
];

const unequal = [
  [12.1, 9.8, 11.4, 10.9, 12.6],
  [15.2, 14.1, 16.8],
  [8.9, 10.3, 9.7, 11.8, 10.0, 9.1, 10.6, 12.2],
  [13.3, 12.7, 14.9, 11.8],
  [10.4],
];

// The estimates are those that lme4 1.1-31 prints; the bounds are computed by R 4.2 with aov(), qf() and qchisq().
t.test('published data, equal numbers', async t => {
  const spread = sessionSpread(dyestuff)!;
  t.match(spread, { sessions: 6, confidence: 0.95 });
  near(t, spread.deviation, 42.0005952338773, 1e-11, 'between');
  near(t, spread.within, 49.5100999797011, 1e-11, 'within');
  near(t, spread.upper, 96.7849277650571, 1e-11, 'upper bound');
  const none = sessionSpread(dyestuff2)!;
  t.equal(none.deviation, 0, 'a variance below zero is none');
  near(t, none.within, 3.86599141230293, 1e-11, 'within');
  near(t, none.upper, 2.09654412350218, 1e-11, 'none found is not none');
});

t.test('unequal numbers, as R has them', async t => {
  const spread = sessionSpread(unequal)!;
  near(t, spread.deviation, 2.01162398549723, 1e-11, 'between');
  near(t, spread.within, 1.20729984538501, 1e-11, 'within');
  near(t, spread.upper, 5.0368564823219, 1e-11, '95 % bound');
  near(t, sessionSpread(unequal, 0.8)!.upper, 3.25819373201005, 1e-11, '80 % bound');
});

t.test('what cannot be estimated is undefined, and what is missing counts for nothing', async t => {
  t.equal(sessionSpread([]), undefined);
  t.equal(
    sessionSpread([
      [1, 2],
      [3, 4],
    ]),
    undefined,
    'two sessions',
  );
  t.equal(sessionSpread([[1, 2], [3, 4], [undefined, null], []]), undefined, 'two sessions with values');
  t.equal(sessionSpread([[1], [2], [3]]), undefined, 'sessions and trials cannot be told apart');
  t.same(sessionSpread([...unequal, []]), sessionSpread(unequal));
  t.same(sessionSpread(unequal.map(values => [undefined, ...values, null])), sessionSpread(unequal));
  t.throws(() => sessionSpread([[1, Number.NaN], [1], [2]]), { code: 'VALUE_INVALID' });
});

t.test('equal values, and magnitudes that leave a double no digits', async t => {
  t.match(
    sessionSpread([
      [7, 7],
      [7, 7],
      [7, 7, 7],
    ]),
    { deviation: 0, upper: 0, within: 0 },
  );
  const top = 2n ** 63n;
  const huge = sessionSpread(dyestuff.map(batch => batch.map(value => top + BigInt(value))))!;
  near(t, huge.deviation, 42.0005952338773, 1e-11, 'at 2^63');
  const tiny = sessionSpread(dyestuff.map(batch => batch.map(value => value * 1e-300)))!;
  near(t, tiny.deviation, 42.0005952338773e-300, 1e-11, 'times 1e-300');
});

t.test('simulated hosts: the estimate is right on average, the bound covers', async t => {
  const random = makeRandom(8);
  const rounds = 4000;
  const nominal = 0.95;
  const slack = 4 * Math.sqrt((nominal * (1 - nominal)) / rounds);
  // Trials skewed as loads are: the square of a normal has standard deviation sqrt(2).
  const kinds = {
    normal: () => normal(random),
    skewed: () => (normal(random) ** 2 - 1) / Math.SQRT2,
  };
  for (const [name, draw] of Object.entries(kinds)) {
    for (const between of [0.2, 0.7, 2]) {
      let variance = 0;
      let covered = 0;
      for (let round = 0; round < rounds; round++) {
        const sessions = [8, 12, 20, 6, 10].map(trials => {
          const level = between * normal(random);
          return Array.from({ length: trials }, () => level + draw());
        });
        const spread = sessionSpread(sessions, nominal)!;
        variance += spread.deviation ** 2 / rounds;
        if (spread.upper >= between) covered++;
      }
      t.ok(covered / rounds >= nominal - slack, `${name}, ${between}: covered in ${covered / rounds}`);
      // Where the spread is small beside that of the trials, cutting at zero pulls the average up.
      if (between >= 0.7)
        t.ok(Math.abs(variance / between ** 2 - 1) < 0.06, `${name}, ${between}: variance ${variance}`);
    }
  }
});
