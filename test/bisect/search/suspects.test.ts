import t from 'tap';
import { History } from '../../../harness/bisect/search/history.ts';
import { mostSuspect } from '../../../harness/bisect/search/suspects.ts';
import { linearHistory } from '../simulation/world.ts';

const none = new Set<number>();

t.test('a commit is compared with its parent', t => {
  const masses = Float64Array.of(0, 0.005, 0.99, 0.005, 0);
  t.strictSame(mostSuspect(linearHistory(4), masses, none), {
    bad: 2,
    good: [1],
    culprits: [2],
    probability: 0.99,
  });
  t.equal(mostSuspect(linearHistory(4), new Float64Array(5), none), undefined);
  t.end();
});

t.test('commits that cannot be tested are named together with the next one that can', t => {
  const masses = Float64Array.of(0, 0, 0.2, 0.5, 0.3, 0);
  const suspicion = mostSuspect(linearHistory(5), masses, new Set([2, 3]));
  t.match(suspicion, { bad: 4, good: [1], culprits: [2, 3, 4] });
  t.ok(Math.abs(suspicion!.probability - 1) < 1e-12);
  t.end();
});

const branches = new History([
  { id: 'good', parents: [], candidate: false },
  { id: 'main', parents: [0], candidate: true },
  { id: 'side', parents: [0], candidate: true },
  { id: 'side tip', parents: [2], candidate: true },
  { id: 'merge', parents: [1, 3], candidate: true },
]);

t.test('a merge is compared with each of its parents', t => {
  const masses = Float64Array.of(0, 0, 0, 0.01, 0.99);
  t.match(mostSuspect(branches, masses, none), { bad: 4, good: [1, 3], culprits: [4] });
  const suspicion = mostSuspect(branches, masses, new Set([3]));
  t.match(suspicion, { bad: 4, good: [1, 2], culprits: [3, 4] });
  t.end();
});
