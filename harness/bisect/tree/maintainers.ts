import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InfrastructureError } from '../../errors.ts';
import { runProgram } from '../../process/program.ts';

const script = join('scripts', 'get_maintainer.pl');

/**
 * Whom the tree's own scripts/get_maintainer.pl names for a patch, lists too, as addresses for a mail. Git's history is not
 * asked: who touched a file last may have nothing to do with it.
 * @param tree a checkout of the kernel
 * @returns undefined when the tree has no such script, or it does not run
 */
export async function maintainersOf(
  tree: string,
  patch: string,
  { run = runProgram, signal }: { run?: typeof runProgram; signal?: AbortSignal } = {},
): Promise<string[] | undefined> {
  if (!existsSync(join(tree, script))) return undefined;
  const words = [script, '--nogit', '--nogit-fallback', '--norolestats'];
  try {
    const found = await run('perl', words, { folder: tree, input: patch, signal, timeoutNs: 60e9 });
    return found.stdout.split('\n').filter(line => line.includes('@'));
  } catch (error) {
    // A report without addresses is better than none.
    if (error instanceof InfrastructureError && !signal?.aborted) return undefined;
    throw error;
  }
}
