import fc from 'fast-check';
import t from 'tap';
import { bestSplit } from '../../../harness/statistics/series/energy-split.ts';
import { near } from '../near.ts';
import { otava } from './published-series.ts';

/** The definition word for word: every pair of places, every distance anew. */
function splitByDefinition(points: readonly number[], least: number) {
  const pairMean = (left: readonly number[], right: readonly number[]) => {
    const distances = left.flatMap((x, i) =>
      right.flatMap((y, j) => (left === right && i === j ? [] : [Math.abs(x - y)])),
    );
    return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  };
  let best = { at: 0, end: 0, statistic: Number.NEGATIVE_INFINITY };
  for (let at = least; at + least <= points.length; at++) {
    for (let end = at + least; end <= points.length; end++) {
      const [left, right] = [points.slice(0, at), points.slice(at, end)];
      const energy = 2 * pairMean(left, right) - pairMean(left, left) - pairMean(right, right);
      const statistic = ((left.length * right.length) / (left.length + right.length)) * energy;
      if (statistic > best.statistic) best = { at, end, statistic };
    }
  }
  return best;
}

t.test('the first split of the test series of Apache Otava', async t => {
  const split = bestSplit(otava, 2)!;
  t.match(split, { at: 5, end: 14 });
  near(t, split.statistic, 761.2821428571, 1e-12);
});

t.test('equals the definition', async () => {
  const series = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 14 });
  fc.assert(
    fc.property(series, fc.integer({ min: 2, max: 4 }), (points, least) => {
      const found = bestSplit(points, least);
      if (points.length < 2 * least) return found === undefined;
      const wanted = splitByDefinition(points, least);
      return Math.abs(found!.statistic - wanted.statistic) < 1e-9;
    }),
  );
});

t.test('nothing to split, nothing that varies', async t => {
  t.equal(bestSplit([], 2), undefined);
  t.equal(bestSplit([1, 2, 3], 2), undefined);
  t.match(bestSplit([7, 7, 7, 7], 2), { statistic: 0 });
});
