import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BuildError } from '../errors.ts';
import { extractBuildFailure } from './compiler-errors.ts';
import { findKconfigSymbol, symbolsOfCondition } from './kconfig-symbol.ts';
import {
  type DroppedOption,
  findDropped,
  type MergedConfig,
  parseConfig,
  placeOf,
  renderConfig,
} from './kernel-config.ts';
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

/** Lines of make that stand for one finished file. */
const fileLine =
  /^ {2}(?:CC|AS|LD|AR|HOSTCC|HOSTLD|VDSO|GEN|UPD|OBJCOPY|KSYMS|MODPOST|BTF|CPP|SYSTBL|SYSHDR)(?: \[M\])? +(\S+)/;

/** Files of a full build of the base, for a first guess of how far a build is. */
const typicalFiles = 1500;

/**
 * Refuses a kernel that has no module statistics: nothing of it could be measured.
 * @throws BuildError KERNEL_TOO_OLD
 */
export async function refuseWithoutStats(source: string, origin: string, tools: KernelTools): Promise<void> {
  if ((await findKconfigSymbol(join(source, 'kernel'), 'MODULE_STATS', tools)).length > 0) return;
  const version = await readKernelVersion(source);
  throw new BuildError(
    'KERNEL_TOO_OLD',
    `${origin} (Linux ${version}) has no module statistics: CONFIG_MODULE_STATS came with Linux 6.4`,
    { hint: 'Take Linux 6.4 or newer, or a tree into which df3e764d8e5c was backported.' },
  );
}

/** `6.12.95`, from the Makefile; `?` when it cannot be told. */
export async function readKernelVersion(source: string): Promise<string> {
  const makefile = await readFile(join(source, 'Makefile'), 'utf8').catch(() => '');
  const part = (name: string) => new RegExp(`^${name} *= *(\\S*)$`, 'm').exec(makefile)?.[1] ?? '';
  const version = part('VERSION');
  return version ? `${version}.${part('PATCHLEVEL')}.${part('SUBLEVEL')}${part('EXTRAVERSION')}` : '?';
}

/**
 * Configures the output tree and checks that Kconfig took over every option that was asked for.
 * @returns the resulting .config
 * @throws BuildError KERNEL_CONFIG_FAILED, KERNEL_CONFIG_DROPPED
 */
export async function configureKernel(
  tree: BuildTree,
  merged: MergedConfig,
  tools: KernelTools,
): Promise<string> {
  tools.report('configuring');
  const requested = join(tree.output, 'modstorm.config');
  await writeFile(requested, renderConfig(merged));
  await runMake(
    tree,
    [`KCONFIG_ALLCONFIG=${requested}`, 'allnoconfig'],
    tools,
    'KERNEL_CONFIG_FAILED',
    () => {},
  );
  const text = await readFile(join(tree.output, '.config'), 'utf8');
  const resulting = parseConfig(text);
  const suspects = findDropped(merged, resulting, () => true);
  const known = new Map<string, boolean>();
  for (const { requested: option } of suspects) {
    if (option.whereKnown)
      known.set(option.name, (await findKconfigSymbol(tree.source, option.name, tools)).length > 0);
  }
  const dropped = suspects.filter(({ requested: option }) => !option.whereKnown || known.get(option.name));
  if (dropped.length > 0) throw await droppedError(tree, dropped, resulting, tools);
  return text;
}

/**
 * Builds vmlinux and the modules. When it is interrupted, the next call goes on where this one was.
 * @returns number of files that make built
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
        // Only the time counts, and only after a kill; make's own failures say more than this one would.
        utimes(running, new Date(), new Date()).catch(() => undefined);
      }
    },
  );
  await rm(running, { force: true });
  if (expected) await writeFile(join(tree.output, 'modstorm.files'), String(files));
  return files;
}

/**
 * Installs the modules below a folder, as distributions do: without debug information, with depmod's files, and
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

async function runMake(
  tree: BuildTree,
  words: string[],
  tools: KernelTools,
  code: string,
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

/**
 * make removes half-written targets when it is told to end, but not when it is killed with the harness (SIGKILL, power).
 * Then everything written since shortly before is built again.
 */
async function repairAfterKill(tree: BuildTree, running: string, tools: KernelTools): Promise<void> {
  const last = await stat(running).catch(() => undefined);
  if (!last) return;
  tools.report('the last build was killed: removing what it may have left half-written');
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

/** How many files a build of an untouched tree takes; undefined when only what changed is built, which nobody can tell. */
async function expectedFiles(tree: BuildTree): Promise<number | undefined> {
  if (await stat(join(tree.output, 'vmlinux')).catch(() => undefined)) return undefined;
  const before = Number(await readFile(join(tree.output, 'modstorm.files'), 'utf8').catch(() => ''));
  return before || typicalFiles;
}

async function droppedError(
  tree: BuildTree,
  dropped: DroppedOption[],
  resulting: Map<string, string>,
  tools: KernelTools,
): Promise<BuildError> {
  const lines: string[] = [];
  for (const { requested, resulting: value } of dropped.slice(0, 10)) {
    lines.push(`${placeOf(requested)}: ${requested.name}=${requested.value} became ${value}`);
    const symbols = await findKconfigSymbol(tree.source, requested.name, tools);
    if (symbols.length === 0) lines.push('    this kernel does not know the option');
    for (const symbol of symbols) {
      lines.push(`    ${symbol.place} depends on ${symbol.dependsOn.join(' && ') || 'nothing'}`);
      const mentioned = symbolsOfCondition(symbol.dependsOn.join(' '));
      const values = mentioned.map(name => `${name}=${resulting.get(`CONFIG_${name}`) ?? 'n'}`);
      if (values.length > 0) lines.push(`    where ${values.join(', ')}`);
    }
  }
  const names = dropped.map(({ requested }) => `${requested.name} (${placeOf(requested)})`);
  const shown =
    names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
  return new BuildError('KERNEL_CONFIG_DROPPED', `Kconfig did not take over ${shown}`, {
    evidence: lines.join('\n'),
    hint: 'Add what the option depends on to the fragment, or mark it `# where known: …` if only some kernels have it.',
  });
}
