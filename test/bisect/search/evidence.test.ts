import t from 'tap';
import { Evidence } from '../../../harness/bisect/search/evidence.ts';
import { History } from '../../../harness/bisect/search/history.ts';
import { linearHistory } from '../simulation/world.ts';

/** Boots of a commit: how many fell into each bin. */
function boot(evidence: Evidence, commit: number, ...counts: number[]): void {
  for (const [bin, count] of counts.entries())
    for (let index = 0; index < count; index++) evidence.addBoot(commit, 0, bin);
}

/** Two branches of one commit each, and their merge. */
const branches = new History([
  { id: 'good', parents: [], candidate: false },
  { id: 'main', parents: [0], candidate: true },
  { id: 'side', parents: [0], candidate: true },
  { id: 'merge', parents: [1, 2], candidate: true },
]);

const rounded = (masses: Iterable<number>) => [...masses].map(mass => Number(mass.toFixed(4)));

t.test('the posterior of two reference cases, from the tests of git_bayesect under Jeffreys prior', t => {
  const clear = new Evidence(linearHistory(4), [2]);
  for (const commit of [0, 2, 4]) clear.addBuild(commit, undefined);
  boot(clear, 0, 100, 0);
  boot(clear, 4, 0, 100);
  boot(clear, 2, 0, 1);
  t.strictSame(rounded(clear.posterior.masses), [0, 0.4975, 0.4975, 0.0025, 0.0025]);
  const noisy = new Evidence(linearHistory(4), [2]);
  for (const commit of [0, 2, 4]) noisy.addBuild(commit, undefined);
  boot(noisy, 0, 80, 20);
  boot(noisy, 4, 20, 80);
  boot(noisy, 2, 0, 1);
  t.strictSame(rounded(noisy.posterior.masses), [0, 0.3985, 0.3985, 0.1015, 0.1015]);
  t.end();
});

t.test('a boot tells what halving the candidates tells, and nothing of a commit that is surely bad', t => {
  const evidence = new Evidence(linearHistory(4), [2]);
  for (const commit of [0, 4]) evidence.addBuild(commit, undefined);
  boot(evidence, 0, 4000, 0);
  boot(evidence, 4, 0, 4000);
  t.ok(Math.abs(evidence.bitsPerBoot(2, 0) - 1) < 0.01, 'the middle');
  t.ok(Math.abs(evidence.bitsPerBoot(1, 0) - 0.8113) < 0.01, 'one of four: H(1/4)');
  t.ok(evidence.bitsPerBoot(4, 0) < 1e-9);
  t.end();
});

t.test(
  'a boot of a bad commit tells something when the candidates disagree on what bad commits are like',
  t => {
    const evidence = new Evidence(linearHistory(8), [2]);
    for (const commit of [0, 4, 8]) evidence.addBuild(commit, undefined);
    boot(evidence, 0, 10, 0);
    boot(evidence, 4, 12, 8);
    boot(evidence, 8, 0, 2);
    t.ok(evidence.bitsPerBoot(8, 0) > 0.05, `${evidence.bitsPerBoot(8, 0)} bit`);
    t.end();
  },
);

t.test('equal object code shares boots, and excludes a change in between', t => {
  const evidence = new Evidence(linearHistory(8), [2]);
  evidence.addBuild(0, 'old');
  evidence.addBuild(8, 'new');
  boot(evidence, 0, 10, 0);
  boot(evidence, 8, 0, 10);
  evidence.addBuild(4, 'old');
  t.strictSame(rounded(evidence.posterior.masses), [0, 0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25]);
  t.strictSame(evidence.builds(), [
    { commit: 0, boots: 10 },
    { commit: 8, boots: 10 },
  ]);
  boot(evidence, 4, 5, 0);
  t.equal(evidence.builds()[0]!.boots, 15);
  t.end();
});

t.test('a build that turns out to be known code joins it', t => {
  const evidence = new Evidence(linearHistory(4), [2]);
  evidence.addBuild(0, 'old');
  evidence.addBuild(2, undefined);
  boot(evidence, 0, 3, 0);
  boot(evidence, 2, 2, 0);
  evidence.addBuild(2, 'old');
  t.strictSame(evidence.builds(), [{ commit: 0, boots: 5 }]);
  t.end();
});

t.test('one change cannot have been made on two branches', t => {
  const evidence = new Evidence(branches, [2]);
  evidence.addBuild(0, 'old');
  evidence.addBuild(3, 'new');
  evidence.addBuild(1, 'new');
  t.notOk(evidence.contradicted);
  t.strictSame(rounded(evidence.posterior.masses), [0, 1, 0, 0]);
  evidence.addBuild(2, 'new');
  t.ok(evidence.contradicted);
  t.throws(() => evidence.posterior, /no single change/);
  t.end();
});

t.test('a boot before the build is a mistake of the caller', t => {
  t.throws(() => new Evidence(linearHistory(4), [2]).addBoot(2, 0, 0), /before it was built/);
  t.end();
});

t.test('on a branch a good boot clears only what it contains', t => {
  const evidence = new Evidence(branches, [2]);
  for (const commit of [0, 3, 1]) evidence.addBuild(commit, undefined);
  boot(evidence, 0, 1000, 0);
  boot(evidence, 3, 0, 1000);
  boot(evidence, 1, 3, 0);
  t.strictSame(rounded(evidence.posterior.masses), [0, 0, 0.5, 0.5]);
  t.end();
});

t.test('each cell has distributions of its own, and all of them bear on the same commit', t => {
  const evidence = new Evidence(linearHistory(4), [2, 2]);
  for (const commit of [0, 2, 4]) evidence.addBuild(commit, undefined);
  boot(evidence, 0, 80, 20);
  boot(evidence, 4, 20, 80);
  evidence.addBoot(2, 0, 1);
  const alone = rounded(evidence.posterior.masses);
  for (let index = 0; index < 50; index++)
    for (const commit of [0, 4]) evidence.addBoot(commit, 1, index % 2);
  t.strictSame(rounded(evidence.posterior.masses), alone, 'a cell in which the ends are alike says nothing');
  t.ok(evidence.bitsPerBoot(2, 1) < 0.01 && evidence.bitsPerBoot(2, 0) > 0.1);
  const telling = new Evidence(linearHistory(4), [2, 2]);
  for (const commit of [0, 2, 4]) telling.addBuild(commit, undefined);
  for (const cell of [0, 1])
    for (let index = 0; index < 100; index++) {
      telling.addBoot(0, cell, index < 80 ? 0 : 1);
      telling.addBoot(4, cell, index < 20 ? 0 : 1);
    }
  telling.addBoot(2, 0, 1);
  telling.addBoot(2, 1, 1);
  const odds = (masses: Float64Array) => masses[1]! / masses[3]!;
  const once = 0.3985 / 0.1015;
  t.ok(Math.abs(odds(telling.posterior.masses) / once ** 2 - 1) < 0.01, 'their likelihoods are multiplied');
  t.throws(() => telling.addBoot(0, 2, 0), /no cell 2/);
  t.end();
});
