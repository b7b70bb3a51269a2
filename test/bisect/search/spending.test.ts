import t from 'tap';
import type { Observation } from '../../../harness/bisect/search/observation.ts';
import { Spending } from '../../../harness/bisect/search/spending.ts';

const source = { commit: 'c1', purpose: { stage: 'search' } } as const;
const expectedSeconds = { build: 120, boot: 5 };

const spend = (cells: number, ...observations: Observation[]) => {
  const spending = new Spending({ cells, expectedSeconds });
  for (const observation of observations) spending.add(observation);
  return spending;
};

t.test('what is counted, and what the next step is taken to cost', t => {
  t.strictSame(spend(2).costs(), { build: 120, boots: [5, 5] }, 'as expected until something was measured');
  const spending = spend(
    2,
    { type: 'built', ...source, purpose: { stage: 'ends' }, seconds: 300 },
    { type: 'built', ...source, seconds: 40 },
    { type: 'built', ...source, seconds: 60 },
    { type: 'untestable', ...source, cause: 'build', title: 'x', seconds: 10 },
    { type: 'booted', ...source, value: 1, seconds: 4 },
    { type: 'booted', ...source, cell: 1, value: 1, seconds: 8 },
    { type: 'boot-failed', ...source, title: 'x', seconds: 30 },
  );
  t.match(spending, { builds: 4, boots: 3, seconds: 452, bootSeconds: 42 });
  t.strictSame(spending.costs(), { build: 50, boots: [4, 8] }, 'of each cell what its boots took');
  t.equal(spending.wholeBuild, 300);
  t.end();
});

t.test('boots that an earlier run made do not make boots free', t => {
  const earlier: Observation = { type: 'booted', ...source, value: 1, seconds: 0, trial: 'night' };
  t.strictSame(spend(1, earlier).costs().boots, [5]);
  t.strictSame(spend(1, earlier, { ...earlier, seconds: 7 }).costs().boots, [7]);
  t.end();
});
