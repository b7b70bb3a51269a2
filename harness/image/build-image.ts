import { createHash } from 'node:crypto';
import { copyFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildError, hasCode } from '../errors.ts';
import { type CachePlace, ContentCache } from '../files/content-cache.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { IsolatedApt } from '../host/isolated-apt.ts';
import type { KernelArtifact } from '../kernel/artifact.ts';
import type { Compression } from '../matrix/matrix.ts';
import { cacheFolder, projectPath } from '../project.ts';
import type { StepSink } from '../step.ts';
import { type Capability, renderAgentConfig } from './agent-config.ts';
import { writeCpio } from './cpio.ts';
import type { PackageSource } from './debian-pool.ts';
import { buildGuestProgram } from './guest-program.ts';
import { findHostPrograms } from './host-programs.ts';
import type { Image } from './image.ts';
import {
  isBuiltin,
  type KernelModule,
  type ModuleFolder,
  moduleClosure,
  moduleName,
  readModuleFolder,
} from './module-folder.ts';
import { moduleTree } from './module-tree.ts';
import { prepareUserland, type Userland } from './userland.ts';
import { parseUserlandTable, selectPrograms, suiteOf } from './userland-table.ts';

/** The part of a resolved workload that determines the contents of the image. */
interface ImageWorkload {
  /** Names of programs in guests/userland.yaml. */
  programs: readonly string[];
  /** Required modules, compressed as the cell says. `*` means every module of the kernel. */
  modules: readonly string[];
  /** Modules to load, with dependencies, before the first snapshot. */
  preload: readonly string[];
  /** Load the dependencies of `modules`, but not the modules themselves, before the first snapshot. */
  preloadDependencies: boolean;
  /** Program and arguments. */
  run: readonly string[];
  /** Added to the environment of the workload. */
  environment?: Readonly<Record<string, string>> | undefined;
  results: readonly { file: string }[];
  deadlineNs?: number | undefined;
  /** Interval between two memory samples, in ns. */
  sampleNs?: number | undefined;
}

/** Options of `buildImage`. */
export interface ImageOptions {
  kernel: KernelArtifact;
  compression: Compression;
  workload: ImageWorkload;
  /** Capabilities that the agent checks before loading anything. */
  require?: readonly Capability[] | undefined;
  /** Leave it out to use one image for all sizes, with `modstorm.vcpus=N` on the command line. */
  vcpus?: number | undefined;
  /** Cache folder. Default: the user's. */
  cache?: string | undefined;
  signal?: AbortSignal | undefined;
  onStep?: StepSink | undefined;
  /** Source of Debian packages. Default: an IsolatedApt in the cache. */
  packages?: (() => PackageSource) | undefined;
  /** Path of a prebuilt agent. Default: build guests/agent. */
  agent?: string | undefined;
}

/** Initramfs archives; a folder for each key. */
export const imagePlace: CachePlace = {
  name: 'images',
  folder: 'images',
  verified: true,
  entryBytes: 48 * 1024 ** 2,
};

/** Incremented if the same parts would give a different archive. */
const format = 2;

/** Other names of the agent's executable, under which it acts as another program (guests/agent/main.c). */
const applets = ['autoload', 'autoload-plain', 'burst', 'coldplug', 'load-cost', 'modules-load', 'storm'];

/** Modules without which there is no channel; built into the kernels that modstorm builds. */
const channelModules = ['virtio_pci', 'virtio_console'];

/**
 * An initramfs for one kernel and one workload, from the cache if possible. It consists of three cpio archives: the
 * userland (shared between kernels), the modules, and agent and configuration. The archives are not compressed:
 * unpacking the 46.7 MB of stress-ng with its libraries takes 0.09-0.19 s of guest time under TCG, the same as zstd
 * (12.3 MB at level 3) 0.50-0.56 s, at level 19 (10.2 MB) 0.52-1.01 s (Linux 6.12.95, 2 vCPUs, four boots each in turn).
 * Without libIPSec_MB, 13 MB that nothing calls, it would be 0.05-0.09 s: not worth building our own stress-ng.
 * @throws UsageError MODULE_UNKNOWN, MODULES_UNREADABLE, PROGRAM_UNKNOWN, USERLAND_TABLE, AGENT_CONFIG
 * @throws BuildError KERNEL_WITHOUT_CHANNEL
 * @throws InfrastructureError from apt and other programs
 */
export async function buildImage(options: ImageOptions): Promise<Image> {
  const cache = options.cache ?? cacheFolder();
  const { signal } = options;
  const step = (detail: string) => options.onStep?.({ step: 'image', title: 'Image', detail });
  // Check possible user errors first, before anything that takes time.
  const content = await planContent(options);
  const userland = await findUserland(options, cache, step);
  const sources = projectPath('guests', 'agent');
  const agent =
    options.agent ?? (await buildGuestProgram({ sources, name: 'agent', cache, signal, onWait: step }));
  const agentBytes = await readRegularFile(agent);
  const key = imageKey(options, userland, content, agentBytes);
  const images = new ContentCache(imagePlace, cache, readImage);
  return images.obtain(key, { purpose: 'building an image', signal, onWait: step }, async draft => {
    step(
      `${content.modules.length} modules, ${options.compression === 'none' ? 'not compressed' : options.compression}`,
    );
    const { release } = options.kernel;
    const tree = await moduleTree({ ...content, release, compression: options.compression, signal });
    const own = writeCpio([
      { kind: 'file', path: 'init', mode: 0o755, content: agentBytes },
      ...applets.map(name => ({ kind: 'symlink' as const, path: `usr/bin/${name}`, target: '/init' })),
      { kind: 'file', path: 'etc/modstorm.conf', mode: 0o644, content: Buffer.from(content.config) },
    ]);
    const file = join(draft, 'initramfs.cpio');
    await copyFile(userland.path, file);
    await writeFile(file, Buffer.concat([writeCpio(tree), own]), { flag: 'a' });
    const facts = { key, versions: userland.versions };
    await writeFile(join(draft, 'image.json'), `${JSON.stringify(facts, null, 2)}\n`);
  });
}

/** The contents besides the userland. */
interface ImageContent {
  folder: ModuleFolder;
  modules: KernelModule[];
  plain: Set<string>;
  config: string;
}

async function planContent(options: ImageOptions): Promise<ImageContent> {
  const { workload } = options;
  const folder = await readModuleFolder(options.kernel.modules);
  const wanted = wantedModules(folder, workload.modules);
  const early = channelClosure(folder, options.kernel);
  const stormed = new Set(wanted.map(moduleName));
  const namesOf = (modules: readonly KernelModule[]) => modules.map(({ name }) => name);
  const hard = namesOf(moduleClosure(folder, wanted, 'hard-only')).filter(name => !stormed.has(name));
  const first = [...(workload.preloadDependencies ? hard : []), ...workload.preload];
  const load = namesOf(moduleClosure(folder, first, 'hard-only'));
  const modules = moduleClosure(folder, [...namesOf(early), ...first, ...wanted]);
  const config = renderAgentConfig({
    require: options.require ?? [],
    early: namesOf(early),
    load,
    run: workload.run,
    results: workload.results.map(({ file }) => file),
    vcpus: options.vcpus,
    environment: workload.environment,
    deadlineNs: workload.deadlineNs,
    sampleNs: workload.sampleNs,
  });
  // Modules loaded before the first snapshot are not measured, and Debian's kmod cannot read gzip.
  const before = namesOf(moduleClosure(folder, [...namesOf(early), ...load]));
  const plain = new Set(before.filter(name => !stormed.has(name)));
  return { folder, modules, plain, config };
}

/** Only the guest knows which modules a CPU or a device requests, so a workload may include all of them. */
function wantedModules(folder: ModuleFolder, modules: readonly string[]): readonly string[] {
  return modules.includes('*') ? [...folder.modules.keys()] : modules;
}

function channelClosure(folder: ModuleFolder, kernel: KernelArtifact): KernelModule[] {
  const files = channelModules.filter(name => !isBuiltin(folder, name));
  for (const name of files) {
    if (folder.modules.has(name)) continue;
    throw new BuildError(
      'KERNEL_WITHOUT_CHANNEL',
      `${kernel.origin} has no ${name}, so its guests could not report anything`,
      {
        hint: `Build it with CONFIG_${name.toUpperCase()}=y or =m.`,
      },
    );
  }
  return moduleClosure(folder, files, 'hard-only');
}

async function findUserland(
  options: ImageOptions,
  cache: string,
  step: (detail: string) => void,
): Promise<Userland> {
  const file = projectPath('guests', 'userland.yaml');
  const table = parseUserlandTable(await readRegularFile(file, 'utf8'), 'guests/userland.yaml');
  const { signal, onStep: sink } = options;
  const programs = selectPrograms(table, options.workload.programs);
  return prepareUserland({
    programs,
    suite: suiteOf(table, programs),
    cache,
    packages: options.packages ?? (() => new IsolatedApt({ folder: join(cache, 'apt'), signal, sink })),
    host: options.packages ? undefined : () => findHostPrograms(programs),
    signal,
    onWait: step,
  });
}

function imageKey(options: ImageOptions, userland: Userland, content: ImageContent, agent: Buffer): string {
  const { kernel, compression } = options;
  const parts = {
    format,
    userland: userland.key,
    kernel: [kernel.release, kernel.key, kernel.objectDigest],
    compression,
    modules: content.modules.map(({ path }) => path),
    config: content.config,
    agent: createHash('sha256').update(agent).digest('hex'),
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

async function readImage(folder: string): Promise<Image | undefined> {
  try {
    const facts = JSON.parse(await readRegularFile(join(folder, 'image.json'), 'utf8')) as Pick<
      Image,
      'key' | 'versions'
    >;
    const path = join(folder, 'initramfs.cpio');
    return { ...facts, path, bytes: (await stat(path)).size };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
