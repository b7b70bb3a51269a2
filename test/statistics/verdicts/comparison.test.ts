import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import { makeSample } from '../../../harness/statistics/samples/sample.ts';
import { compareMetric } from '../../../harness/statistics/verdicts/comparison.ts';
import { normal } from '../generators.ts';

t.test('slow drift shows against a pinned release, not against yesterday', async t => {
  const random = makeRandom(21);
  const night = (level: number) => makeSample(Array.from({ length: 10 }, () => level + normal(random)));
  const gate = { atLeast: 3, relative: 0 };
  const pinned = night(100);
  const levels = Array.from({ length: 20 }, (_, index) => 100 + index * 0.4);
  const compare = (base: typeof pinned, candidate: typeof pinned) =>
    compareMetric({ class: 'time', worse: 'higher', gate, base, candidate });
  const steps = levels.slice(1).map((level, index) => compare(night(levels[index]!), night(level)));
  t.ok(
    steps.every(({ effect, threshold }) => Math.abs(effect!.estimate) < threshold),
    'no night reaches the gate',
  );
  const whole = compare(pinned, night(levels.at(-1)!));
  t.ok(whole.effect!.estimate > whole.threshold && whole.test!.p! < 0.001, 'the whole way does');
});
