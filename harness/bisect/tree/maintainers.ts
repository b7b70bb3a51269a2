import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError } from '../../errors.ts';
import { makeTemporaryFolder } from '../../files/temporary-folder.ts';
import { runProgram } from '../../process/program.ts';
import type { KernelTree } from './kernel-tree.ts';

const script = 'scripts/get_maintainer.pl';
const options = ['--no-tree', '--nogit', '--nogit-fallback', '--norolestats'];

/**
 * Whom the kernel's own scripts/get_maintainer.pl names for a commit, lists too, as addresses for a mail. Script and
 * MAINTAINERS are those of the commit: what is checked out in the tree may be another kernel. Git's history is not asked:
 * who touched a file last may have nothing to do with it.
 * @returns undefined when the commit has no such script, or it does not run
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
