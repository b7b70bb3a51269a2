import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { KernelTree } from '../../../harness/bisect/tree/kernel-tree.ts';
import { readFixups, SourceRepository } from '../../../harness/bisect/tree/source-repository.ts';
import { runProgram } from '../../../harness/process/program.ts';
import { GitFixture } from './git-fixture.ts';

const fixture = await GitFixture.create();
t.teardown(() => fixture.remove());

const lines = (middle: string) => `a\nb\nc\nd\n${middle}\nf\ng\nh\ni\n`;
const base = await fixture.commit('base', { x: lines('e'), y: 'y\n' });
const culprit = await fixture.commit('culprit', { x: lines('E') });
const bad = await fixture.commit('later', { y: 'yy\n' });
const entangled = await fixture.commit('on top', { x: lines('EE') });
const tree = await KernelTree.open(fixture.path);
const cache = join(fixture.root, 'cache');

/** A file of a revision, as the repository of the sources has it. */
async function show(sources: SourceRepository, revision: string, file: string): Promise<string> {
  return (await runProgram('git', [`--git-dir=${sources.path}`, 'show', `${revision}:${file}`])).stdout;
}

t.test('a commit is built as it is', async t => {
  const sources = await SourceRepository.open(tree, [], cache);
  t.equal(await sources.revisionOf({ commit: bad }), bad);
  t.equal(await show(sources, bad, 'x'), lines('E'), 'the objects of the tree are borrowed');
});

t.test('a culprit is taken back on a later commit, what came after stays', async t => {
  const sources = await SourceRepository.open(tree, [], cache);
  const revision = await sources.revisionOf({ commit: bad, without: culprit });
  t.equal(await show(sources, revision, 'x'), lines('e'));
  t.equal(await show(sources, revision, 'y'), 'yy\n');
  t.equal(await sources.revisionOf({ commit: bad, without: culprit }), revision, 'the same again');
  await t.rejects(sources.revisionOf({ commit: entangled, without: culprit }), {
    code: 'KERNEL_REVERT_CONFLICT',
    message: /does not revert cleanly: x/,
  });
});

t.test('a fixup goes on top where it applies', async t => {
  const patch = join(fixture.root, 'fix.patch');
  await runProgram('git', ['-C', fixture.path, 'diff', `--output=${patch}`, bad, entangled]);
  const sources = await SourceRepository.open(tree, await readFixups([patch]), cache);
  t.equal(await show(sources, await sources.revisionOf({ commit: bad }), 'x'), lines('EE'));
  t.equal(await sources.revisionOf({ commit: base }), base, 'it does not apply');
  t.equal(await sources.revisionOf({ commit: entangled }), entangled, 'it is in already');
  await t.rejects(readFixups([join(fixture.root, 'none')]), { code: 'KERNEL_PATCH_UNREADABLE' });
});

t.test("the user's repository gets nothing", async t => {
  const before = await snapshot();
  const sources = await SourceRepository.open(tree, [], cache);
  await sources.revisionOf({ commit: bad, without: culprit });
  await tree.readHistory({ good: base, bad, firstParent: false, paths: [] });
  t.strictSame(await snapshot(), before);
});

async function snapshot(): Promise<unknown> {
  const git = join(fixture.path, '.git');
  const files = (await readdir(git, { recursive: true })).sort();
  return [files, await readFile(join(git, 'HEAD'), 'utf8'), (await stat(join(git, 'index'))).mtimeMs];
}
