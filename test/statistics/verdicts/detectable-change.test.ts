import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import { analyse } from '../../../harness/statistics/verdicts/analysis.ts';
import { detectableChange } from '../../../harness/statistics/verdicts/detectable-change.ts';
import { type Draw, draws, normal } from '../generators.ts';
import { count, time } from '../metrics.ts';

/** Skewed as the counts of a storm are. */
const skewed: Draw = random => Math.round(1000 * Math.exp(0.25 * normal(random)));
const definition = { ...count, gate: { atLeast: 1, relative: 0.02 } };
const planned = { definition, trials: 12, declared: 1 };

t.test('in four of five runs the judge proves what was planned', async t => {
  const random = makeRandom(20261127);
  const declared = 6;
  let [proved, runs] = [0, 0];
  for (let baseline = 0; baseline < 12; baseline++) {
    const values = draws(24, skewed, random);
    const change = detectableChange({ ...planned, values, declared, random });
    if (change === undefined) throw new Error('no change can be seen');
    for (let run = 0; run < 60; run++, runs++) {
      // The judge sees the whole family, in which one member changes.
      const cells = Array.from({ length: declared }, (_, place) => {
        const base = draws(planned.trials, skewed, random);
        const candidate = draws(planned.trials, skewed, random).map(
          value => value * (place === 0 ? 1 + change : 1),
        );
        return { cell: String(place), metrics: { [definition.name]: { base, candidate } } };
      });
      if (analyse({ definitions: [definition], cells }).cells[0]?.metrics[0]?.result.verdict === 'REGRESSED')
        proved++;
    }
  }
  const power = proved / runs;
  t.ok(power > 0.72 && power < 0.88, `${(100 * power).toFixed(1)} % of ${runs} runs`);
});

t.test('more boots, less noise and a smaller family see smaller changes', async t => {
  const values = draws(24, skewed, makeRandom(1));
  const see = (more: object) =>
    detectableChange({ ...planned, values, random: makeRandom(2), ...more }) ?? Number.POSITIVE_INFINITY;
  const usual = see({});
  t.ok(see({ trials: 40 }) < usual);
  t.ok(see({ declared: 30 }) > usual);
  t.ok(see({ values: values.map(value => 1000 + (value - 1000) / 10) }) < usual);
  t.ok(see({ looks: [6, 12] }) > usual, 'a look has its price');
  t.equal(see({}), usual, 'the same seed gives the same answer');
  const lower = see({ definition: { ...time, worse: 'lower', gate: { atLeast: 0, relative: 0 } } });
  t.ok(lower > 0.1 && lower < 1, `${lower}`);
});

t.test('what cannot be seen is not promised', async t => {
  const random = makeRandom(3);
  t.equal(detectableChange({ ...planned, values: [0, 0, 0, 0], random }), undefined);
  t.equal(detectableChange({ ...planned, values: [7], random }), undefined);
  const values = draws(24, skewed, random);
  t.equal(
    detectableChange({ ...planned, values, trials: 3, random }),
    undefined,
    'three boots prove nothing',
  );
});
