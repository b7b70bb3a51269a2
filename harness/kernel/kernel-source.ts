import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { BuildError, InfrastructureError, UsageError } from '../errors.ts';
import type { AptCandidate, IsolatedApt } from '../host/isolated-apt.ts';
import type { KernelSource } from '../matrix/matrix.ts';
import type { KernelTools } from './kernel-tools.ts';

/** A source that is built, as opposed to a prebuilt kernel. */
export type BuiltSource = Exclude<KernelSource, { kind: 'prebuilt' }>;

/** A source whose content is known, although it may not lie on the disk yet. */
export interface ResolvedSource {
  /** Names source and output folder in the cache; sources with one key share an output tree and are built in turn. */
  key: string;
  /** Identity of the content (version or git tree, and patches): equal identities are equal sources. */
  identity: string;
  /** For people: `Debian linux-source-6.12 6.12.95-1~bpo12+1 (bookworm-backports)`. */
  origin: string;
  /** Puts the content into the folder; what is already right there is kept, so that make rebuilds only what changed. */
  place(folder: string): Promise<void>;
}

/**
 * Finds out what a source is, without unpacking it.
 * @throws BuildError KERNEL_SOURCE_UNKNOWN, KERNEL_REVISION_UNKNOWN; UsageError KERNEL_PATCH_UNREADABLE;
 *   InfrastructureError of apt
 */
export async function resolveSource(
  source: BuiltSource,
  cache: string,
  apt: IsolatedApt,
  tools: KernelTools,
): Promise<ResolvedSource> {
  const patches = await readPatches(source.patches ?? []);
  return source.kind === 'debian'
    ? resolveDebian(source, patches, cache, apt, tools)
    : resolveTree(source, patches, cache, tools);
}

interface Patches {
  paths: string[];
  digest: string;
  /** ` with no-merge.patch`, or nothing. */
  label: string;
}

async function readPatches(given: readonly string[]): Promise<Patches> {
  const paths = given.map(expandHome);
  const hash = createHash('sha256');
  for (const path of paths) {
    const text = await readFile(path).catch(error => {
      throw new UsageError('KERNEL_PATCH_UNREADABLE', `the kernel patch ${path} cannot be read`, {
        hint: 'Paths of patches are relative to the working folder.',
        cause: error,
      });
    });
    hash.update(`${text.length}\n`).update(text);
  }
  const digest = paths.length === 0 ? '' : hash.digest('hex').slice(0, 16);
  const names = paths.map(path => basename(path)).join(', ');
  return { paths, digest, label: names && ` with ${names}` };
}

async function resolveDebian(
  source: Extract<BuiltSource, { kind: 'debian' }>,
  patches: Patches,
  cache: string,
  apt: IsolatedApt,
  tools: KernelTools,
): Promise<ResolvedSource> {
  const chosen = await chooseVersion(source.package, source.suite, cache, apt);
  const identity = ['debian', source.package, chosen.version, patches.digest].join(' ');
  return {
    key: `${source.package}-${digestOf(identity)}`,
    identity,
    origin: `Debian ${source.package} ${chosen.version} (${chosen.suite})${patches.label}`,
    place: async folder => {
      if (await isPlaced(folder, identity)) return;
      const deb = await apt.download(source.package, chosen);
      await placeAnew(folder, identity, draft => unpackDebian(deb, draft, patches, apt, tools));
    },
  };
}

/**
 * The version of a Debian package, chosen once and then kept in the cache: a run tomorrow builds the same source, and
 * a run without network finds its kernels. `modstorm clean` forgets it.
 */
async function chooseVersion(
  name: string,
  suite: string | undefined,
  cache: string,
  apt: IsolatedApt,
): Promise<AptCandidate> {
  const pin = join(cache, 'sources', `${name}${suite ? `-${suite}` : ''}.json`);
  const kept = await readFile(pin, 'utf8').catch(() => undefined);
  if (kept) return JSON.parse(kept) as AptCandidate;
  const candidates = await apt.candidates(name);
  const chosen = candidates.find(candidate => suite === undefined || candidate.suite === suite);
  if (!chosen) {
    const offered = candidates.map(candidate => candidate.suite).join(', ');
    throw new BuildError(
      'KERNEL_SOURCE_UNKNOWN',
      `Debian has no package ${name}${suite ? ` in ${suite}` : ''}`,
      {
        hint: offered
          ? `It is in: ${offered}.`
          : `Source packages are named linux-source-X.Y; looked in ${(await apt.suites()).join(', ')}.`,
      },
    );
  }
  await mkdir(dirname(pin), { recursive: true });
  await writeFile(`${pin}.${process.pid}`, JSON.stringify(chosen));
  await rename(`${pin}.${process.pid}`, pin);
  return chosen;
}

async function unpackDebian(
  deb: string,
  draft: string,
  patches: Patches,
  apt: IsolatedApt,
  tools: KernelTools,
): Promise<void> {
  const outer = `${draft}.deb`;
  try {
    tools.report('unpacking the kernel source');
    await apt.extract(deb, outer);
    const archive = join(outer, 'usr', 'src', `${basename(deb).split('_')[0]}.tar.xz`);
    await mkdir(draft, { recursive: true });
    await tools.run('tar', ['-xf', archive, '-C', draft, '--strip-components=1', ...unneeded]);
    await applyPatches(draft, patches, tools);
  } finally {
    await rm(outer, { recursive: true, force: true });
  }
}

/**
 * Left out when unpacking, which saves a third of the time and space: what a build for x86 never reads (but Kconfig
 * reads the Kconfig files of all architectures), and the register tables of amdgpu, useless in a guest.
 */
const unneeded = [
  '--wildcards',
  '--exclude=*/Documentation/[A-JL-Za-z]*',
  '--exclude=*/arch/[!x]*/*.[chS]',
  '--exclude=*/arch/[!x]*/*.dts*',
  '--exclude=*/arch/[!x]*/*_defconfig',
  '--exclude=*/drivers/gpu/drm/amd/include/asic_reg/*',
  '--exclude=*/tools/testing/*',
  '--exclude=*/tools/perf/*',
];

async function resolveTree(
  source: Extract<BuiltSource, { kind: 'tree' }>,
  patches: Patches,
  cache: string,
  tools: KernelTools,
): Promise<ResolvedSource> {
  const path = expandHome(source.path);
  const repository = await gitFolderOf(path, tools);
  const git = async (...args: string[]) => (await tools.run('git', ['-C', path, ...args])).stdout.trim();
  const tree = await git('rev-parse', '--verify', '--quiet', `${source.revision}^{tree}`).catch(error => {
    throw new BuildError('KERNEL_REVISION_UNKNOWN', `${path} has no revision ${source.revision}`, {
      hint: `Fetch it: git -C ${path} fetch --tags.`,
      cause: error,
    });
  });
  const described = await git('describe', '--always', '--tags', '--abbrev=12', source.revision);
  const key = `tree-${digestOf(`${repository} ${patches.digest}`)}`;
  const identity = ['tree', tree, patches.digest].join(' ');
  return {
    key,
    identity,
    origin: `${path} ${described}${patches.label}`,
    place: async folder => {
      if (await isPlaced(folder, identity)) return;
      tools.report(`exporting ${described}`);
      await exportTree(repository, tree, folder, join(cache, 'sources', `${key}.index`), tools);
      await applyPatches(folder, patches, tools);
      await writeFile(stampOf(folder), identity);
    },
  };
}

/** The repository itself, also when the path is one of its linked worktrees: all of them share one output tree. */
async function gitFolderOf(path: string, tools: KernelTools): Promise<string> {
  try {
    const found = await tools.run('git', [
      '-C',
      path,
      'rev-parse',
      '--path-format=absolute',
      '--git-common-dir',
    ]);
    return await realpath(found.stdout.trim());
  } catch (error) {
    throw new BuildError('KERNEL_SOURCE_UNKNOWN', `${path} is not a git tree`, {
      hint: 'tree: names a clone of the kernel; a folder without git can be made one by `git init`, add and commit.',
      cause: error,
    });
  }
}

/**
 * Brings a folder to the content of a git tree through an index of our own: the user's checkout, index and HEAD are
 * not touched, and files that are equal in two revisions keep their times, so that make does not build them again.
 */
async function exportTree(
  repository: string,
  tree: string,
  folder: string,
  index: string,
  tools: KernelTools,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await rm(stampOf(folder), { force: true });
  await rm(`${index}.lock`, { force: true });
  const environment = { GIT_INDEX_FILE: index, GIT_OPTIONAL_LOCKS: '0' };
  const git = (...args: string[]) =>
    tools.run('git', [`--git-dir=${repository}`, `--work-tree=${folder}`, ...args], { environment, folder });
  if (await stat(index).catch(() => undefined)) {
    // Whatever a patch changed or an interrupted export left is seen by its stat data, and brought back.
    await git('checkout-index', '--all', '--force', '--quiet');
    await git('clean', '-f', '-d', '-x', '--quiet');
  }
  await git('read-tree', '--reset', '-u', tree);
}

async function applyPatches(folder: string, patches: Patches, tools: KernelTools): Promise<void> {
  for (const path of patches.paths) {
    const result = await tools.run(
      'patch',
      ['-p1', '--forward', '--batch', '--fuzz=0', '-i', resolve(path)],
      {
        folder,
        accept: 'any',
      },
    );
    if (result.code === 0) continue;
    throw new BuildError('KERNEL_PATCH_FAILED', `${basename(path)} does not apply to this kernel`, {
      evidence: result.stdout + result.stderr,
      hint: 'Refresh the patch for this version, or leave this kernel out of the matrix.',
    });
  }
}

/** Fills a folder in one step: a draft beside it, renamed when it is complete. */
async function placeAnew(
  folder: string,
  identity: string,
  fill: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
  try {
    await fill(draft);
    await rename(draft, folder);
    await writeFile(stampOf(folder), identity);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new InfrastructureError('DISK_FULL', `no space is left for the kernel source at ${folder}`, {
      hint: 'A kernel source takes 1.5 GB. Run `modstorm clean`, or set MODSTORM_CACHE to another disk.',
      cause: error,
    });
  }
}

async function isPlaced(folder: string, identity: string): Promise<boolean> {
  return (await readFile(stampOf(folder), 'utf8').catch(() => '')) === identity;
}

/** Beside the folder, not in it: git would clean it away. */
function stampOf(folder: string): string {
  return `${folder}.identity`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(path);
}
