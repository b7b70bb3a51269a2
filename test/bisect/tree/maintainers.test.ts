import t from 'tap';
import { maintainersOf } from '../../../harness/bisect/tree/maintainers.ts';
import { InfrastructureError } from '../../../harness/errors.ts';
import type { runProgram } from '../../../harness/process/program.ts';

const tree = t.testdir({ scripts: { 'get_maintainer.pl': '' } });

/** What get_maintainer.pl of 7.2 prints with these options, or how it fails. */
function script(stdout: string, seen: unknown[] = []): typeof runProgram {
  return async (file, args, options) => {
    seen.push(file, args, options?.folder, options?.input);
    if (stdout === '') throw new InfrastructureError('PROGRAM_FAILED', 'perl ended with exit code 2');
    return { code: 0, stdout, stderr: '', durationNs: 1 };
  };
}

t.test('the addresses are those that the tree names', async t => {
  const seen: unknown[] = [];
  const run = script('Luis Chamberlain <mcgrof@kernel.org>\nlinux-modules@vger.kernel.org\n\n', seen);
  t.strictSame(await maintainersOf(tree, 'the patch', { run }), [
    'Luis Chamberlain <mcgrof@kernel.org>',
    'linux-modules@vger.kernel.org',
  ]);
  t.match(seen, ['perl', ['scripts/get_maintainer.pl', '--nogit'], tree, 'the patch']);
});

t.test('a tree that cannot be asked names nobody', async t => {
  t.equal(await maintainersOf(tree, 'the patch', { run: script('') }), undefined);
  t.equal(await maintainersOf('/proc', 'the patch'), undefined, 'no such script');
  const signal = AbortSignal.abort();
  await t.rejects(maintainersOf(tree, 'x', { run: script(''), signal }), { code: 'PROGRAM_FAILED' });
});
