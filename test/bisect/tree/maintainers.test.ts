import t from 'tap';
import { maintainersOf } from '../../../harness/bisect/tree/maintainers.ts';
import { InfrastructureError } from '../../../harness/errors.ts';
import type { runProgram } from '../../../harness/process/program.ts';

/** A tree whose commits have some files. */
function treeWith(files: Record<string, string>) {
  return {
    fileOf: async (_commit: string, path: string) => files[path],
    patchOf: async (commit: string) => `patch of ${commit}`,
  };
}

/** What get_maintainer.pl of 7.2 prints with these options, or how it fails. */
function script(stdout: string, seen: unknown[] = []): typeof runProgram {
  return async (file, args, options) => {
    seen.push(file, args, options?.input);
    if (stdout === '') throw new InfrastructureError('PROGRAM_FAILED', 'perl ended with exit code 2');
    return { code: 0, stdout, stderr: '', durationNs: 1 };
  };
}

const tree = treeWith({ 'scripts/get_maintainer.pl': '', MAINTAINERS: '' });

t.test('the addresses are those that the tree names', async t => {
  const seen: unknown[] = [];
  const run = script('Luis Chamberlain <mcgrof@kernel.org>\nlinux-modules@vger.kernel.org\n\n', seen);
  t.strictSame(await maintainersOf(tree, 'c9', { run }), [
    'Luis Chamberlain <mcgrof@kernel.org>',
    'linux-modules@vger.kernel.org',
  ]);
  t.match(seen, ['perl', ['get_maintainer.pl', '--no-tree', '--nogit'], 'patch of c9']);
});

t.test('the script is run beside the MAINTAINERS of the commit', async t => {
  const echo = 'open(F, "MAINTAINERS"); print <F>; print "<$_\\@x>\\n" while (<STDIN>);';
  const found = await maintainersOf(
    treeWith({ 'scripts/get_maintainer.pl': echo, MAINTAINERS: 'a@b\nnobody\n' }),
    'c1',
  );
  t.strictSame(found, ['a@b', '<patch of c1@x>']);
});

t.test('a tree that cannot be asked names nobody', async t => {
  t.equal(await maintainersOf(tree, 'c9', { run: script('') }), undefined);
  t.equal(await maintainersOf(treeWith({}), 'c9'), undefined, 'no such script');
  const signal = AbortSignal.abort();
  await t.rejects(maintainersOf(tree, 'c9', { run: script(''), signal }), { code: 'PROGRAM_FAILED' });
});
