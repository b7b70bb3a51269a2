import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { IsolatedApt } from '../../harness/host/isolated-apt.ts';
import { pinSource, previousSource } from '../../harness/kernel/newest-source.ts';
import type { KernelSource } from '../../harness/matrix/matrix.ts';
import { runProgram } from '../../harness/process/program.ts';

const as = ['-c', 'user.name=t', '-c', 'user.email=t@t.invalid', '-c', 'commit.gpgsign=false'];

async function commit(folder: string, content: string): Promise<string> {
  writeFileSync(join(folder, 'Makefile'), content);
  await runProgram('git', ['-C', folder, 'add', '.']);
  await runProgram('git', [...as, '-C', folder, 'commit', '--quiet', '-m', content]);
  return (await runProgram('git', ['-C', folder, 'rev-parse', 'HEAD'])).stdout.trim();
}

/** A repository, and a clone of it. */
async function clones(t: Test) {
  const upstream = t.testdir();
  await runProgram('git', ['init', '--quiet', '--initial-branch=master', upstream]);
  const first = await commit(upstream, 'one');
  const tree = `${upstream}.clone`;
  await runProgram('rm', ['-rf', tree]);
  await runProgram('git', ['clone', '--quiet', upstream, tree]);
  t.teardown(() => runProgram('rm', ['-rf', tree]));
  return { upstream, tree, first };
}

t.test('a branch is pinned to its commit, and only a fetch moves it', async t => {
  const { upstream, tree, first } = await clones(t);
  const source: KernelSource = { kind: 'tree', path: tree, revision: 'origin/master' };
  const second = await commit(upstream, 'two');
  const before = await pinSource(source, false);
  t.match(before.source, { kind: 'tree', revision: first });
  const after = await pinSource(source, true);
  t.match(after.source, { kind: 'tree', path: tree, revision: second });
  t.not(after.identity, before.identity);
  t.match(after.origin, second.slice(0, 7));
  t.strictSame(await pinSource(before.source, true), before, 'a pinned source does not move');
});

t.test('a tree that cannot be fetched says so, and is not taken for an old one', async t => {
  const { tree } = await clones(t);
  await runProgram('git', ['-C', tree, 'remote', 'set-url', 'origin', '/nonexistent']);
  await t.rejects(pinSource({ kind: 'tree', path: tree, revision: 'origin/master' }, true), {
    code: 'KERNEL_FETCH_FAILED',
    fault: 'harness',
  });
  await t.rejects(pinSource({ kind: 'tree', path: tree, revision: 'v0' }, false), {
    code: 'KERNEL_REVISION_UNKNOWN',
  });
});

/** Two point releases in one suite, one in another. */
function fakeApt() {
  const offers = [
    { version: '6.12.95-1', suite: 'bookworm-backports' },
    { version: '6.12.117-1', suite: 'bookworm-security' },
    { version: '6.12.115-2', suite: 'bookworm-security' },
  ];
  const asked: string[] = [];
  const apt = {
    refresh: async () => void asked.push('refresh'),
    candidates: async () => offers,
  } as unknown as IsolatedApt;
  return { apt, asked };
}

t.test('a Debian source is pinned to the version of its suite, and knows the one before', async t => {
  const { apt, asked } = fakeApt();
  const cache = t.testdir();
  const source: KernelSource = {
    kind: 'debian',
    package: 'linux-source-6.12',
    suite: 'bookworm-security',
  };
  const pinned = await pinSource(source, true, { apt, cache });
  t.match(pinned, {
    source: { version: '6.12.117-1' },
    origin: 'Debian linux-source-6.12 6.12.117-1 (bookworm-security)',
  });
  t.strictSame(asked, ['refresh']);
  const before = await previousSource(pinned, { apt, cache });
  t.match(before, { source: { version: '6.12.115-2' } });
  t.equal(before && (await previousSource(before, { apt, cache })), undefined, 'there is none before that');
  const plain = await pinSource({ kind: 'debian', package: 'linux-source-6.12' }, false, { apt, cache });
  t.match(plain, { source: { version: '6.12.95-1' } });
  t.equal(await previousSource(plain, { apt, cache }), undefined, 'another suite does not count');
});
