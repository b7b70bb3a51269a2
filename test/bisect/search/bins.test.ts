import t from 'tap';
import { binOf, cutAtQuartiles } from '../../../harness/bisect/search/bins.ts';

t.test('a continuous metric is cut at its quartiles', t => {
  const bins = cutAtQuartiles([1, 2, 3, 4, 5, 6, 7, 8]);
  t.strictSame(bins, { cuts: [3, 5, 7], count: 4 });
  t.strictSame(
    [0, 2, 3, 4.9, 5, 7, 1e9].map(value => binOf(bins, value)),
    [0, 0, 1, 1, 2, 3, 3],
  );
  t.end();
});

t.test('equal values are never parted', t => {
  t.strictSame(cutAtQuartiles([39, 39, 39, 40, 40, 40]), { cuts: [40], count: 2 }, 'two constants');
  const mostlyZero = [...new Array<number>(17).fill(0), 1, 2, 5];
  t.strictSame(cutAtQuartiles(mostlyZero).cuts, [1], 'rare and not zero: zero or not');
  const mostlyHigh = [3, ...new Array<number>(19).fill(9)];
  t.strictSame(cutAtQuartiles(mostlyHigh).cuts, [9], 'rare and below: as well');
  t.strictSame(cutAtQuartiles([7, 7, 7]), { cuts: [], count: 1 }, 'constant: one bin');
  t.end();
});

t.test('whole numbers beyond 2^53 are told apart', t => {
  const bins = cutAtQuartiles([2n ** 63n - 1n, 2n ** 63n, 2n ** 63n - 1n, 2n ** 63n]);
  t.strictSame(bins.cuts, [2n ** 63n]);
  t.equal(binOf(bins, 2n ** 63n - 1n), 0);
  t.equal(binOf(bins, 2n ** 63n), 1);
  t.end();
});
