import t from 'tap';
import { chooseRuns, type StoredRun } from '../../harness/store/retention.ts';

const run = (name: string, startedMs: number, writer?: string): StoredRun => ({ name, startedMs, writer });
const runs = [run('a', 100), run('b', 200), run('c', 300, 'process 7'), run('d', 400), run('e', 500)];

t.test('old runs go, but not those that somebody needs', async t => {
  const { removed, kept } = chooseRuns(runs, 450, new Map([['b', 'nightly']]));
  t.strictSame(
    removed.map(({ name }) => name),
    ['a', 'd'],
  );
  t.strictSame(
    kept.map(({ run, reason }) => [run.name, reason]),
    [
      ['b', 'the baseline nightly was saved from it'],
      ['c', 'it is being written by process 7'],
    ],
  );
});

t.test('the newest run stays, however old it is', async t => {
  const { removed, kept } = chooseRuns(runs, 1000, new Map());
  t.strictSame(
    removed.map(({ name }) => name),
    ['a', 'b', 'd'],
  );
  t.match(kept.at(-1), { run: { name: 'e' }, reason: 'it is the newest run' });
  t.strictSame(chooseRuns([], 1000, new Map()), { removed: [], kept: [] });
  t.strictSame(chooseRuns(runs, 100, new Map()), { removed: [], kept: [] }, 'the limit itself is not older');
});
