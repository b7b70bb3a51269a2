import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError } from '../../errors.ts';
import { makeTemporaryFolder } from '../../files/temporary-folder.ts';
import { runProgram } from '../../process/program.ts';
import type { KernelTree } from './kernel-tree.ts';

const script = 'scripts/get_maintainer.pl';
const options = ['--no-tree', '--nogit', '--nogit-fallback', '--norolestats'];

/**
 * The mail addresses, including lists, that the kernel's scripts/get_maintainer.pl prints for a commit. Script and
 * MAINTAINERS are those of the commit, because another kernel may be checked out in the tree. Git history is not used: the
 * last person who touched a file may not be responsible for it.
 * @returns undefined if the commit has no such script, or if it fails
 */
export async function maintainersOf(
  tree: Pick<KernelTree, 'fileOf' | 'patchOf'>,
  commit: string,
  { run = runProgram, signal }: { run?: typeof runProgram; signal?: AbortSignal | undefined } = {},
): Promise<string[] | undefined> {
  const [program, maintainers] = await Promise.all([
    tree.fileOf(commit, script),
    tree.fileOf(commit, 'MAINTAINERS'),
  ]);
  if (program === undefined || maintainers === undefined) return undefined;
  const { path: folder, remove } = await makeTemporaryFolder('maintainers');
  try {
    await writeFile(join(folder, 'get_maintainer.pl'), program);
    await writeFile(join(folder, 'MAINTAINERS'), maintainers);
    const input = await tree.patchOf(commit);
    const found = await run('perl', ['get_maintainer.pl', ...options], {
      folder,
      input,
      signal,
      timeoutNs: 60e9,
    });
    return found.stdout.split('\n').filter(line => line.includes('@'));
  } catch (error) {
    // A report without addresses is better than none.
    if (error instanceof InfrastructureError && !signal?.aborted) return undefined;
    throw error;
  } finally {
    await remove();
  }
}
