import t from 'tap';
import { driftWithin, orderEffect } from '../../../harness/statistics/series/drift.ts';

t.test('drift inside a side, and who boots first', async t => {
  const rising = Array.from({ length: 16 }, (_, index) => index);
  t.match(driftWithin(rising), { direction: 1, p: 2 / 12870 });
  t.match(driftWithin([...rising].reverse()), { direction: -1 });
  t.equal(driftWithin([5, 1, 4, 2, 5, 1, 4, 2]).p, 1);
  t.equal(driftWithin([]).p, 1);
  t.match(
    driftWithin([1, 2, 3]),
    { n: { earlier: 1, later: 1 } },
    'the middle value belongs to neither half',
  );
  t.match(
    driftWithin([1, undefined, 3, 9]),
    { n: { earlier: 1, later: 2 } },
    'missing trials keep their place',
  );
  const blocks = Array.from({ length: 8 }, (_, index) => [index / 10, 3 + index / 10]);
  t.match(orderEffect(blocks), { direction: 1, p: 2 / 12870, n: { earlier: 8, later: 8 } });
  t.equal(
    orderEffect(blocks.map(([low, high], index) => (index % 2 ? [high!, low!] : [low!, high!]))).p > 0.5,
    true,
  );
});
