import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { existingPath } from '../files/existing.ts';
import { demandSpace } from '../files/free-space.ts';
import { withFileLock } from '../files/lock.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { IsolatedApt } from '../host/isolated-apt.ts';
import type { KernelSource } from '../matrix/matrix.ts';
import type { runProgram } from '../process/program.ts';
import { cacheFolder } from '../project.ts';
import type { StepSink } from '../step.ts';
import type { KernelArtifact } from './artifact.ts';
import { resolveDebian } from './debian-source.ts';
import { readBuildId } from './elf-build-id.ts';
import { type ExtraModules, installExtraModules, readExtraModules } from './extra-modules.ts';
import { loadFragments } from './fragments.ts';
import { artifactKey, describeArtifact, kernelArtifacts } from './kernel-artifacts.ts';
import { compileKernel, installModules } from './kernel-build.ts';
import { type MergedConfig, renderConfig } from './kernel-config.ts';
import { configureKernel, refuseWithoutStats } from './kernel-configure.ts';
import { describeToolchain, type KernelTools, kernelTools } from './kernel-tools.ts';
import { type BuildTree, waitForOrphans } from './make.ts';
import { takePrebuilt } from './prebuilt-kernel.ts';
import type { BuiltSource, ResolvedSource } from './resolved-source.ts';
import { outputBytes, outputPlace } from './source-folder.ts';
import { readPatches } from './source-patches.ts';
import { resolveTree } from './tree-source.ts';

/** One kernel that a run needs. */
export interface KernelRequest {
  /** Name of the kernel in the matrix, for progress. */
  name: string;
  source: KernelSource;
  /** Names of the fragments on top of the base, see fragmentsOfCell. Ignored for a prebuilt kernel. */
  fragments: readonly string[];
  /** The user's fragments: name to path. */
  ownFragments?: Readonly<Record<string, string>> | undefined;
  /**
   * Rebuilds the kernel from scratch in a separate output tree, even if it is in the cache, so that nothing is left over
   * from an incremental build. The text names this build, which is then cached.
   */
  anew?: string | undefined;
}

/** Build options, all optional. */
export interface KernelOptions {
  /** Cache of modstorm; `<cache>/kernel/{sources,output,artifacts}` is used. */
  cache?: string | undefined;
  signal?: AbortSignal | undefined;
  sink?: StepSink | undefined;
  apt?: IsolatedApt | undefined;
  run?: typeof runProgram | undefined;
}

/**
 * Prepares several kernels one by one. Identical requests are built once.
 * @returns the artifacts in the order of the requests
 */
export async function prepareKernels(
  requests: readonly KernelRequest[],
  options: KernelOptions = {},
): Promise<KernelArtifact[]> {
  const apt = aptOf(options);
  const made = new Map<string, KernelArtifact>();
  const artifacts: KernelArtifact[] = [];
  for (const request of requests) {
    const { name: _, ...content } = request;
    const key = JSON.stringify(content);
    const artifact = made.get(key) ?? (await prepareKernel(request, { ...options, apt }));
    made.set(key, artifact);
    artifacts.push(artifact);
  }
  return artifacts;
}

/**
 * Prepares a kernel for booting: from the cache, or by building it. Builds of one source take turns in one output tree,
 * even across processes, so that a second config only builds what differs.
 * @throws BuildError (KERNEL_TOO_OLD, KERNEL_CONFIG_DROPPED, KERNEL_BUILD_FAILED, …), InfrastructureError, UsageError
 */
export async function prepareKernel(
  request: KernelRequest,
  options: KernelOptions = {},
): Promise<KernelArtifact> {
  if (request.source.kind === 'prebuilt') return takePrebuilt(request.source);
  const cache = options.cache ?? cacheFolder();
  const { source, merged, extra, tools, key, config } = await identify(request, request.source, options);
  const artifacts = kernelArtifacts(cache);
  // The same source may have been built before from another tree that has it, such as the one of a bisection.
  const fromHere = (artifact: KernelArtifact) => ({ ...artifact, origin: source.origin });
  const ready = await artifacts.find(key);
  if (ready) return fromHere(ready);
  const lock = tools.lock(`building kernel ${request.name} ${config}`);
  const shared = join(cache, outputPlace.folder, source.key);
  const input = { source, merged, extra, tools, key };
  // Its lock also guards the source folder, from which all output trees are built.
  const made = await withFileLock(`${shared}.lock`, lock, () => {
    if (request.anew === undefined)
      return artifacts.obtain(key, lock, draft => build({ ...input, output: shared }, draft));
    const output = `${shared}-anew`;
    return withFileLock(`${output}.lock`, lock, () =>
      artifacts.obtain(key, lock, async draft => {
        await waitForOrphans(output, tools);
        await rm(output, { recursive: true, force: true });
        await build({ ...input, output }, draft);
      }),
    );
  });
  return fromHere(made);
}

/**
 * The key of a kernel in the cache, without building it; of a prebuilt kernel, the digest of its content.
 * @throws BuildError, UsageError, InfrastructureError like `prepareKernel` for its source and config
 */
export async function kernelKey(request: KernelRequest, options: KernelOptions = {}): Promise<string> {
  if (request.source.kind === 'prebuilt') return (await takePrebuilt(request.source)).objectDigest;
  return (await identify(request, request.source, options)).key;
}

/** What a kernel is built from, and its key. */
async function identify(
  request: KernelRequest,
  from: BuiltSource,
  options: KernelOptions,
): Promise<Omit<BuildInput, 'output'> & { config: string }> {
  const config = request.fragments.join('+') || 'plain';
  const tools = kernelTools(`kernel:${request.name}:${config}`, `Kernel ${request.name} ${config}`, options);
  const merged = await loadFragments(request.fragments, request.ownFragments);
  const source = await resolveSource(from, options.cache ?? cacheFolder(), aptOf(options), tools);
  const extra = await readExtraModules();
  const key = artifactKey({
    source: source.identity,
    config: renderConfig(merged),
    toolchain: await describeToolchain(tools),
    extraModules: extra.digest,
    anew: request.anew,
  });
  return { source, merged, extra, tools, key, config };
}

/** Everything that a build needs. */
interface BuildInput {
  source: ResolvedSource;
  /** The output tree; its lock is held. */
  output: string;
  merged: MergedConfig;
  extra: ExtraModules;
  tools: KernelTools;
  key: string;
}

async function build(input: BuildInput, draft: string): Promise<void> {
  const { source, output, tools } = input;
  await waitForOrphans(output, tools);
  if ((await existingPath(join(output, 'vmlinux'))) === undefined)
    await demandSpace(output, outputBytes, 'the objects of a kernel');
  await mkdir(output, { recursive: true });
  const tree: BuildTree = { source: await source.place(), output };
  await refuseWithoutStats(tree.source, source.origin, tools);
  const config = await configureKernel(tree, input.merged, tools);
  await compileKernel(tree, tools);
  const release = (await readRegularFile(join(output, 'include', 'config', 'kernel.release'), 'utf8')).trim();
  const image = join(draft, 'vmlinux');
  await tools.run('strip', ['--strip-all', '-o', image, join(output, 'vmlinux')]);
  const modules = join(draft, 'modules');
  await installModules(tree, modules, release, tools);
  await installExtraModules(input.extra, tree, modules, config, tools);
  await copyFile(join(output, 'System.map'), join(draft, 'System.map'));
  await writeFile(join(draft, 'config'), config);
  await describeArtifact(draft, {
    key: input.key,
    release,
    image,
    modules: join(modules, 'lib', 'modules', release),
    systemMap: join(draft, 'System.map'),
    config: join(draft, 'config'),
    buildId: readBuildId(await readRegularFile(image)),
    origin: source.origin,
  });
  tools.report('ready', 1);
}

/** The apt that fetches sources: the given one, or one in the cache. */
export function aptOf({ apt, cache, signal, sink, run }: KernelOptions): IsolatedApt {
  return apt ?? new IsolatedApt({ signal, sink, run, folder: cache && join(cache, 'apt') });
}

/**
 * Identifies a source without unpacking it.
 * @param cache the cache folder of modstorm
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
