import t from 'tap';
import { KernelTree, type RangeOptions } from '../../../harness/bisect/tree/kernel-tree.ts';
import { GitFixture } from './git-fixture.ts';

const fixture = await GitFixture.create();
t.teardown(() => fixture.remove());

const base = await fixture.commit('base', { 'kernel/module.c': 'one\n', 'docs/a': 'a\n' });
await fixture.git('tag', 'v1');
const first = await fixture.commit('module: first', { 'kernel/module.c': 'two\n' });
const docs = await fixture.commit('docs: words', { 'docs/a': 'b\n' });
await fixture.git('checkout', '--quiet', '-b', 'side', base);
const side = await fixture.commit('fs: side', { 'fs/x.c': 'x\n' });
await fixture.git('checkout', '--quiet', 'master');
await fixture.git('merge', '--quiet', '--no-ff', '-m', 'Merge side', side);
const merge = await fixture.git('rev-parse', 'HEAD');
const last = await fixture.commit('module: last', { 'kernel/module.c': 'three\n' });
const tree = await KernelTree.open(fixture.path);

const range = { good: base, bad: last, firstParent: false, paths: [] };
const candidates = async (more: Partial<RangeOptions>) =>
  (await tree.readHistory({ ...range, ...more })).filter(({ candidate }) => candidate).map(({ id }) => id);

t.test('the candidates are those of git bisect', async t => {
  t.strictSame((await candidates({})).sort(), [first, docs, side, merge, last].sort());
  t.strictSame(await candidates({ firstParent: true }), [first, docs, merge, last]);
  t.strictSame(await candidates({ paths: ['kernel'] }), [first, last]);
  const limited = await tree.readHistory({ ...range, paths: ['docs'] });
  t.strictSame(
    limited.map(({ id }) => id),
    [base, first, docs, last],
    'with the parent that docs really has, and the bad end',
  );
  await t.rejects(candidates({ paths: ['nowhere'] }), { code: 'BISECT_RANGE' });
});

t.test('the good end is where the ways part', async t => {
  t.equal(await tree.forkPoint(base, last), base);
  t.equal(await tree.forkPoint(side, docs), base);
  await t.rejects(tree.forkPoint(last, base), { code: 'BISECT_RANGE', message: /bad end is an ancestor/ });
  await t.rejects(tree.forkPoint(base, base), { code: 'BISECT_RANGE', message: /same commit/ });
  await fixture.git('checkout', '--quiet', '--orphan', 'alone');
  const alone = await fixture.commit('alone', { y: 'y' });
  await fixture.git('checkout', '--quiet', 'master');
  await t.rejects(tree.forkPoint(alone, last), { code: 'BISECT_RANGE', message: /no common ancestor/ });
});

t.test('revisions and ranges are resolved', async t => {
  t.equal(await tree.commitOf('v1'), base);
  t.strictSame(await tree.commitsOf('v1..side'), [side]);
  await t.rejects(tree.commitOf('v9'), { code: 'BISECT_REVISION' });
  await t.rejects(tree.commitOf('--all'), { code: 'BISECT_REVISION' });
  await t.rejects(tree.commitsOf('v1..v9'), { code: 'BISECT_REVISION' });
  await t.rejects(KernelTree.open('/proc'), { code: 'BISECT_TREE' });
});

t.test('commits are described', async t => {
  const facts = await tree.describe([first, merge]);
  t.match(facts.get(first), { subject: 'module: first', author: 'A Developer <a@example.org>' });
  t.equal(facts.get(merge)!.name, merge.slice(0, 12));
  t.match(await tree.nameOf(first), /^v1-1-g[0-9a-f]{12}$/);
  t.match(await tree.patchOf(first), /Subject: \[PATCH\] module: first[\s\S]*\+two/);
});

t.test("the commit that the user's own bisection is at", async t => {
  t.equal(await tree.bisectedCommit(), last, 'HEAD');
  await fixture.git('bisect', 'start', '--no-checkout', last, base);
  t.equal(await tree.bisectedCommit(), await fixture.git('rev-parse', 'BISECT_HEAD'));
  t.not(await tree.bisectedCommit(), last);
  await fixture.git('bisect', 'reset');
  t.strictSame([...(await tree.describe([]))], [], 'of no commits nothing is told');
});
