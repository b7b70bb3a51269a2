import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import { isMixture } from '../../../harness/statistics/series/mixture.ts';
import { draws, normal, percent, poisson } from '../generators.ts';

const random = makeRandom(6);
const rounds = 200;

/** In how many simulations two stretches of 30 points are called a mixture. */
function share(draw: (later: boolean) => number): number {
  let mixtures = 0;
  for (let round = 0; round < rounds; round++) {
    const [earlier, later] = [false, true].map(side => draws(30, () => draw(side), random));
    if (isMixture(earlier!, later!)) mixtures++;
  }
  return mixtures / rounds;
}

t.test('two modes of which the share changes', async t => {
  const modes = (from: number, to: number, spread: number) =>
    share(later => (random.uniform() < (later ? to : from) ? 25 : 13) + spread * normal(random));
  for (const spread of [0, 1]) {
    const found = modes(0.3, 0.7, spread);
    t.ok(found >= 0.9, `30 to 70 % at 12 apart, spread ${spread}: ${percent(found)}`);
  }
  t.equal(modes(0, 1, 1), 0, 'a clean change of level');
  t.equal(modes(0, 0.6, 1), 0, 'a level that never was there before is new');
});

t.test('noise of one mode that shifts is none', async t => {
  for (const shift of [0.6, 1, 1.5, 2, 3]) {
    const found = share(later => normal(random) + (later ? shift : 0));
    t.ok(found <= 0.02, `normal, ${shift} sd: ${percent(found)}`);
  }
  for (const [from, to] of [
    [20, 25],
    [4, 7],
  ] as const) {
    const found = share(later => poisson(later ? to : from, random));
    t.ok(found <= 0.02, `Poisson ${from} to ${to}: ${percent(found)}`);
  }
});
