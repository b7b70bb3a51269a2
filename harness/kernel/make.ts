import type { ErrorCode } from '../error-codes.ts';
import { BuildError, InfrastructureError } from '../errors.ts';
import { ownCommand } from '../project.ts';
import { extractBuildFailure } from './compiler-errors.ts';
import type { KernelTools } from './kernel-tools.ts';
import { orphanEnding } from './source-folder.ts';

/** A source and its output tree, both in the cache. */
export interface BuildTree {
  source: string;
  output: string;
}

/**
 * Variables for make: they fix everything that would otherwise get into the image from the builder's machine and clock
 * (Documentation/kbuild/reproducible-builds.rst).
 */
const fixedVariables = [
  'ARCH=x86_64',
  'CROSS_COMPILE=',
  'LLVM=',
  'CC=gcc',
  'LOCALVERSION=',
  'KBUILD_BUILD_USER=modstorm',
  'KBUILD_BUILD_HOST=modstorm',
  'KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970',
  'KBUILD_BUILD_VERSION=1',
];

/**
 * Runs make on a tree and passes on its lines. If the harness is killed, make dies with it, but the compilers that make started
 * do not. All of them inherit a lock (`flock --no-fork`), so that a later make on the same output tree waits for them.
 * @throws BuildError with the given code, and the compiler's errors as evidence; InfrastructureError DISK_FULL,
 *   TOOLCHAIN_MISSING, COMPILER_KILLED if the host is at fault
 */
export async function runMake(
  tree: BuildTree,
  words: string[],
  tools: KernelTools,
  code: ErrorCode<'kernel'>,
  onLine: (line: string) => void,
): Promise<void> {
  const lines: string[] = [];
  const make = ['make', '-C', tree.source, `O=${tree.output}`, ...fixedVariables, ...words];
  const result = await tools.run('flock', ['--no-fork', orphanLock(tree.output), ...make], {
    accept: 'any',
    onLine: line => {
      lines.push(line);
      if (lines.length > 20_000) lines.splice(0, 10_000);
      onLine(line);
    },
  });
  if (result.code === 0) return;
  // People know their files by the path in the tree, not by that in the cache.
  const failure = extractBuildFailure(lines.map(line => line.replaceAll(`${tree.source}/`, '')));
  const trouble = hostTrouble(lines, failure.evidence);
  if (trouble) throw trouble;
  throw new BuildError(code, failure.title, {
    evidence: failure.evidence,
    hint: `The output tree is kept: ${tree.output}. To see all of make's output: make -C ${tree.source} O=${tree.output} ${words.join(' ')}`,
  });
}

/**
 * Waits until the compilers have ended that a killed build left in an output tree. They write there until then: each ends when
 * the file that it compiles is done, because nobody reads its output any more.
 * @throws InfrastructureError INTERRUPTED
 */
export async function waitForOrphans(output: string, tools: KernelTools): Promise<void> {
  const lock = orphanLock(output);
  const free = await tools.run('flock', ['--nonblock', lock, 'true'], { accept: [0, 1] });
  if (free.code === 0) return;
  tools.report('waiting for the compilers of a build that was killed');
  await tools.run('flock', [lock, 'true']);
}

/** The lock is beside the output tree, which a rebuild from scratch removes. */
function orphanLock(output: string): string {
  return `${output}${orphanEnding}`;
}

/** A build failure caused by the host, which says nothing about the kernel. */
function hostTrouble(lines: readonly string[], evidence: string): InfrastructureError | undefined {
  if (lines.some(line => line.endsWith('No space left on device')))
    return new InfrastructureError('DISK_FULL', 'there is no space left to build a kernel', {
      evidence,
      hint: `Free some space: \`${ownCommand.join(' ')} clean --cache\` removes the cache.`,
    });
  if (/not found$|^flock: failed to execute|fatal error: (?:gelf|libelf|openssl\/\S+)\.h/m.test(evidence))
    return new InfrastructureError(
      'TOOLCHAIN_MISSING',
      'a tool or header needed to build kernels is missing',
      {
        evidence,
        hint: `Run \`${ownCommand.join(' ')} doctor --install\`.`,
      },
    );
  if (lines.some(line => /Killed signal terminated program|\bKilled$/.test(line)))
    return new InfrastructureError('COMPILER_KILLED', 'the compiler was killed while building a kernel', {
      evidence,
      hint: 'The host most likely ran out of memory: check its kernel log, and stop other programs.',
    });
  return undefined;
}
