import t from 'tap';
import { judgeRevert, judgeSuspect, mostAttempts } from '../../../harness/bisect/search/confirmation.ts';
import { makeRandom } from '../../../harness/random.ts';

const ascending = (boots: number, from: number) => Array.from({ length: boots }, (_, index) => from + index);

t.test('six boots a side that lie apart confirm a first suspicion, not a second one', t => {
  const apart = (attempt: number, boots: number) =>
    judgeSuspect(ascending(boots, 100), [ascending(boots, 0)], 'higher', attempt);
  t.match(apart(1, 5), { kind: 'more', boots: 6 });
  t.strictSame(apart(1, 6), { kind: 'worse', p: 1 / 924, boots: 6 });
  t.match(apart(2, 6), { kind: 'more', boots: 12 }, '1/924 is more than .01 / 4 · .22');
  t.match(apart(2, 12), { kind: 'worse', boots: 12 });
  t.end();
});

t.test('a merge must be worse than every parent', t => {
  const bad = ascending(48, 100);
  t.match(judgeSuspect(bad, [ascending(48, 0), ascending(48, 0)], 'higher', 1), { kind: 'worse', boots: 6 });
  t.match(judgeSuspect(bad, [ascending(48, 0), bad], 'higher', 1), { kind: 'not-worse', boots: 48 });
  t.match(judgeSuspect(bad, [ascending(48, 0), ascending(5, 0)], 'higher', 1), { kind: 'more', boots: 6 });
  t.end();
});

t.test('three attempts on commits that are alike confirm one in at most .9 % of searches', t => {
  const random = makeRandom(3);
  const searches = 1500;
  let confirmed = 0;
  for (let search = 0; search < searches; search++) {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const values = () => Array.from({ length: 48 }, () => random.integer(3));
      if (judgeSuspect(values(), [values()], 'higher', attempt).kind !== 'worse') continue;
      confirmed++;
      break;
    }
  }
  t.ok(
    confirmed / searches <= 0.009 + 3 * Math.sqrt((0.009 * 0.991) / searches),
    `${confirmed} of ${searches}`,
  );
  t.ok(confirmed > 0, 'and the test is not merely asleep');
  t.end();
});

t.test('a revert that changes nothing is said after 24 boots', t => {
  t.match(judgeRevert(ascending(24, 0), ascending(24, 0), 'higher'), { kind: 'not-worse', boots: 24 });
  t.match(judgeRevert(ascending(6, 0), ascending(6, 9), 'lower'), { kind: 'worse', boots: 6, p: 1 / 924 });
  t.end();
});
