import { rm, stat, utimes, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BuildError } from '../errors.ts';
import { readRegularFile } from '../files/regular-file.ts';
import type { KernelTools } from './kernel-tools.ts';
import { type BuildTree, runMake } from './make.ts';

/** Lines of make that each mean one finished file. */
const fileLine =
  /^ {2}(?:CC|AS|LD|AR|HOSTCC|HOSTLD|VDSO|GEN|UPD|OBJCOPY|KSYMS|MODPOST|BTF|CPP|SYSTBL|SYSHDR)(?: \[M\])? +(\S+)/;

/** Number of files in a full build of the base, for a first progress estimate. */
const typicalFiles = 1500;

/**
 * Builds vmlinux and the modules. If it is interrupted, the next call continues from there.
 * @returns the number of files that make built
 * @throws BuildError KERNEL_BUILD_FAILED with the compiler's errors as evidence
 */
export async function compileKernel(tree: BuildTree, tools: KernelTools): Promise<number> {
  const running = join(tree.output, 'modstorm.running');
  await repairAfterKill(tree, running, tools);
  const expected = await expectedFiles(tree);
  await writeFile(running, '');
  let files = 0;
  let touched = Date.now();
  await runMake(
    tree,
    [`-j${availableParallelism()}`, 'vmlinux', 'modules'],
    tools,
    'KERNEL_BUILD_FAILED',
    line => {
      const file = fileLine.exec(line)?.[1];
      if (!file) return;
      files += 1;
      tools.report(`${files} files, ${file}`, expected && Math.min(0.99, files / expected));
      if (Date.now() - touched > 5000) {
        touched = Date.now();
        // Only the time matters, and only after a kill. make's own failures say more than an error here.
        utimes(running, new Date(), new Date()).catch(() => undefined);
      }
    },
  ).catch(async error => {
    // A make that ended by itself left nothing half-written, so a bisection need not build around it again.
    if (error instanceof BuildError) await rm(running, { force: true });
    throw error;
  });
  await rm(running, { force: true });
  if (expected) await writeFile(join(tree.output, 'modstorm.files'), String(files));
  return files;
}

/**
 * Installs the modules into a folder, as distributions do: without debug information, with depmod's files, and
 * without the links to the build tree.
 * @throws BuildError KERNEL_INSTALL_FAILED
 */
export async function installModules(
  tree: BuildTree,
  folder: string,
  release: string,
  tools: KernelTools,
): Promise<void> {
  tools.report('installing modules');
  const words = [`INSTALL_MOD_PATH=${folder}`, 'INSTALL_MOD_STRIP=1', 'modules_install'];
  await runMake(tree, words, tools, 'KERNEL_INSTALL_FAILED', () => {});
  for (const link of ['build', 'source'])
    await rm(join(folder, 'lib', 'modules', release, link), { force: true });
}

/**
 * make removes half-written targets if it is terminated, but not if it is killed with the harness (SIGKILL, power loss).
 * After that, everything written since shortly before is built again.
 */
async function repairAfterKill(tree: BuildTree, running: string, tools: KernelTools): Promise<void> {
  const last = await stat(running).catch(() => undefined);
  if (!last) return;
  tools.report('the last build was killed: removing files that may be incomplete');
  const since = `@${Math.floor(last.mtimeMs / 1000) - 60}`;
  const names = [
    '(',
    '-name',
    '*.[oas]',
    '-o',
    '-name',
    '*.ko',
    '-o',
    '-name',
    'vmlinux*',
    '-o',
    '-name',
    '.*.cmd',
    ')',
  ];
  await tools.run('find', [tree.output, '-type', 'f', '-newermt', since, ...names, '-delete']);
}

/** Number of files in a full build; undefined for an incremental build, which cannot be predicted. */
async function expectedFiles(tree: BuildTree): Promise<number | undefined> {
  if (await stat(join(tree.output, 'vmlinux')).catch(() => undefined)) return undefined;
  const before = Number(await readRegularFile(join(tree.output, 'modstorm.files'), 'utf8').catch(() => ''));
  return before || typicalFiles;
}
