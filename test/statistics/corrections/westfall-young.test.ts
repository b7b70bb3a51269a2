import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import { westfallYoung } from '../../../harness/statistics/corrections/westfall-young.ts';
import { makeSample } from '../../../harness/statistics/samples/sample.ts';
import { rankTest } from '../../../harness/statistics/tests/rank-test.ts';
import { normal } from '../generators.ts';

t.test('Westfall and Young keep the level and use the dependence', async t => {
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
});
