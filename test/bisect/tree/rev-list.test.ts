import t from 'tap';
import { historyOf } from '../../../harness/bisect/tree/rev-list.ts';

/** As git 2.39 printed it, with short hashes: a branch `s1` of `base` is merged in `m`. */
const listing = '-base\na1 base\nb1 a1\ns1 base\nm b1 s1\nbad m\n';
const ends = { good: 'base', bad: 'bad', firstParent: false };

t.test('a range with a merge', t => {
  t.strictSame(historyOf({ listing, ...ends }), [
    { id: 'base', parents: [], candidate: false },
    { id: 'a1', parents: [0], candidate: true },
    { id: 'b1', parents: [1], candidate: true },
    { id: 's1', parents: [0], candidate: true },
    { id: 'm', parents: [2, 3], candidate: true },
    { id: 'bad', parents: [4], candidate: true },
  ]);
  t.end();
});

t.test('a parent that the good end contains is listed, and no candidate', t => {
  const history = historyOf({
    listing: '-old\n-good old\ns1 old\nm good s1\n',
    good: 'good',
    bad: 'm',
    firstParent: false,
  });
  t.strictSame(history, [
    { id: 'good', parents: [], candidate: false },
    { id: 'old', parents: [], candidate: false },
    { id: 's1', parents: [1], candidate: true },
    { id: 'm', parents: [0, 2], candidate: true },
  ]);
  t.end();
});

t.test('with first parents alone a merge has one', t => {
  const along = historyOf({
    listing: '-s1\n-base\na1 base\nm a1 s1\n',
    good: 'base',
    bad: 'm',
    firstParent: true,
  });
  t.strictSame(along.at(-1), { id: 'm', parents: [1], candidate: true });
  t.equal(along.length, 3, 'the branch is not listed');
  t.end();
});

t.test('limited to paths, real parents and the bad end are there without being candidates', t => {
  const history = historyOf({
    ...ends,
    listing: '-base\na1 base\na2 a1\n',
    realParents: new Map([
      ['a1', ['base']],
      ['a2', ['x']],
    ]),
  });
  t.strictSame(history, [
    { id: 'base', parents: [], candidate: false },
    { id: 'a1', parents: [0], candidate: true },
    { id: 'x', parents: [1], candidate: false },
    { id: 'a2', parents: [2], candidate: true },
    { id: 'bad', parents: [3], candidate: false },
  ]);
  t.end();
});

t.test('a commit without parents is compared with the good end', t => {
  const history = historyOf({ listing: 'root\nm base root\n', good: 'base', bad: 'm', firstParent: false });
  t.strictSame(history[1], { id: 'root', parents: [0], candidate: true });
  t.end();
});
