import type { ErrorCode } from '../error-codes.ts';
import { BuildError } from '../errors.ts';
import { extractBuildFailure } from './compiler-errors.ts';
import type { KernelTools } from './kernel-tools.ts';

/** A source and its output tree, both in the cache. */
export interface BuildTree {
  source: string;
  output: string;
}

/**
 * What make is told, beside the target: everything that would get into the image from the builder's machine and clock
 * is fixed (Documentation/kbuild/reproducible-builds.rst).
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
 * Runs make on a tree and hands on its lines.
 * @throws BuildError with the given code, and the compiler's errors as evidence
 */
export async function runMake(
  tree: BuildTree,
  words: string[],
  tools: KernelTools,
  code: ErrorCode<'kernel'>,
  onLine: (line: string) => void,
): Promise<void> {
  const lines: string[] = [];
  const args = ['-C', tree.source, `O=${tree.output}`, ...fixedVariables, ...words];
  const result = await tools.run('make', args, {
    accept: 'any',
    onLine: line => {
      lines.push(line);
      if (lines.length > 20_000) lines.splice(0, 10_000);
      onLine(line);
    },
  });
  if (result.code === 0) return;
  const failure = extractBuildFailure(lines);
  const missing = /not found$|fatal error: (?:gelf|libelf|openssl\/\S+)\.h/.test(failure.evidence);
  throw new BuildError(code, failure.title, {
    evidence: failure.evidence,
    hint: missing
      ? 'A tool or header is missing: run `npm run -s modstorm -- doctor --install`.'
      : `The output tree is kept: ${tree.output}. To see all of make's output: make -C ${tree.source} O=${tree.output} ${words.join(' ')}`,
  });
}
