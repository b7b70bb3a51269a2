import t from 'tap';
import { History, type HistoryCommit } from '../../../harness/bisect/search/history.ts';

const commit = (id: string, ...parents: number[]): HistoryCommit => ({ id, parents, candidate: true });
const good: HistoryCommit = { id: 'good', parents: [], candidate: false };

/** good - a - b - merge - bad, with c on a branch from a. */
const merged = new History([
  good,
  commit('a', 0),
  commit('b', 1),
  commit('c', 1),
  commit('m', 2, 3),
  commit('bad', 4),
]);

t.test('a commit is bad if the first bad one is among its ancestors', t => {
  t.equal(merged.candidates, 5);
  t.equal(merged.bad, 5);
  t.equal(merged.placeOf('m'), 4);
  t.strictSame([...merged.ancestorsOf(3)], [1, 1, 0, 1, 0, 0]);
  const badness = merged.accumulate(Float64Array.of(0, 0.1, 0.2, 0.3, 0.15, 0.25));
  const wanted = [0, 0.1, 0.3, 0.4, 0.75, 1];
  for (const [place, sum] of badness.entries())
    t.ok(Math.abs(sum - wanted[place]!) < 1e-12, `place ${place}: ${sum}`);
  t.end();
});

t.test('what is no history is refused', t => {
  const refuses = (commits: HistoryCommit[], why: RegExp) => t.throws(() => new History(commits), why);
  refuses([good], /no two ends/);
  refuses([good, commit('a', 0), commit('a', 1)], /occurs twice/);
  refuses([commit('a'), commit('b', 0)], /good end cannot be/);
  refuses([good, { ...commit('a', 0), candidate: false }], /no candidate/);
  refuses([good, commit('a', 1)], /parent of a does not stand before it/);
  refuses([good, commit('a')], /a has no parent/);
  t.throws(() => merged.placeOf('x'), /there is no commit x/);
  t.end();
});
