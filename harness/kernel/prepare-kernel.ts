import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileLock } from '../files/lock.ts';
import { IsolatedApt } from '../host/isolated-apt.ts';
import type { KernelSource } from '../matrix/matrix.ts';
import type { runProgram } from '../process/program.ts';
import { cacheFolder } from '../project.ts';
import type { StepSink } from '../step.ts';
import type { KernelArtifact } from './artifact.ts';
import { ArtifactStore, artifactKey } from './artifact-store.ts';
import { resolveDebian } from './debian-source.ts';
import { readBuildId } from './elf-build-id.ts';
import { type ExtraModules, installExtraModules, readExtraModules } from './extra-modules.ts';
import { loadFragments } from './fragments.ts';
import { compileKernel, installModules } from './kernel-build.ts';
import { type MergedConfig, renderConfig } from './kernel-config.ts';
import { configureKernel, refuseWithoutStats } from './kernel-configure.ts';
import { describeToolchain, type KernelTools, kernelTools } from './kernel-tools.ts';
import type { BuildTree } from './make.ts';
import { takePrebuilt } from './prebuilt-kernel.ts';
import type { BuiltSource, ResolvedSource } from './resolved-source.ts';
import { readPatches } from './source-patches.ts';
import { resolveTree } from './tree-source.ts';

/** One kernel that a run needs. */
export interface KernelRequest {
  /** Name of the kernel in the matrix, for progress. */
  name: string;
  source: KernelSource;
  /** Names of the fragments on top of the base, see fragmentsOfCell. Without meaning for a prebuilt kernel. */
  fragments: readonly string[];
  /** The user's own fragments: name to path. */
  ownFragments?: Readonly<Record<string, string>>;
}

/** What building depends on; all is optional. */
export interface KernelOptions {
  /** Cache of modstorm; `<cache>/kernel/{sources,output,artifacts}` is used. */
  cache?: string;
  signal?: AbortSignal;
  sink?: StepSink;
  apt?: IsolatedApt;
  run?: typeof runProgram;
}

/**
 * Makes a kernel ready to boot: found in the cache, or built. Builds of one source take turns in one output tree,
 * over processes too, so that a second config builds only what differs.
 * @throws BuildError (KERNEL_TOO_OLD, KERNEL_CONFIG_DROPPED, KERNEL_BUILD_FAILED, …), InfrastructureError, UsageError
 */
export async function prepareKernel(
  request: KernelRequest,
  options: KernelOptions = {},
): Promise<KernelArtifact> {
  if (request.source.kind === 'prebuilt') return takePrebuilt(request.source);
  const cache = join(options.cache ?? cacheFolder(), 'kernel');
  const config = request.fragments.join('+') || 'plain';
  const tools = kernelTools(
    `kernel:${request.name}:${config}`,
    `Kernel ${request.name} ${config}`,
    options.sink,
    options.signal,
    options.run,
  );
  const merged = await loadFragments(request.fragments, request.ownFragments);
  const apt = options.apt ?? new IsolatedApt(aptOptions(options));
  const source = await resolveSource(request.source, cache, apt, tools);
  const toolchain = await describeToolchain(tools);
  const extra = await readExtraModules();
  const key = artifactKey({
    source: source.identity,
    config: renderConfig(merged),
    toolchain,
    extraModules: extra.digest,
  });
  const store = new ArtifactStore(join(cache, 'artifacts'));
  const ready = await store.find(key);
  if (ready) return ready;
  const tree: BuildTree = {
    source: join(cache, 'sources', source.key),
    output: join(cache, 'output', source.key),
  };
  const lock = {
    purpose: `building kernel ${request.name} ${config}`,
    ...(options.signal && { signal: options.signal }),
    onWait: (notice: string) => tools.report(notice),
  };
  return withFileLock(`${tree.output}.lock`, lock, async () => {
    const meanwhile = await store.find(key);
    if (meanwhile) return meanwhile;
    await mkdir(tree.output, { recursive: true });
    await mkdir(join(cache, 'sources'), { recursive: true });
    await source.place(tree.source);
    await refuseWithoutStats(tree.source, source.origin, tools);
    const artifact = await build({ tree, merged, extra, tools, store, key, origin: source.origin });
    tools.report('ready', 1);
    return artifact;
  });
}

/**
 * Makes several kernels ready, one after the other; equal requests are made once.
 * @returns the artifacts in the order of the requests
 */
export async function prepareKernels(
  requests: readonly KernelRequest[],
  options: KernelOptions = {},
): Promise<KernelArtifact[]> {
  const apt = options.apt ?? new IsolatedApt(aptOptions(options));
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

/** All that one build needs. */
interface BuildInput {
  tree: BuildTree;
  merged: MergedConfig;
  extra: ExtraModules;
  tools: KernelTools;
  store: ArtifactStore;
  key: string;
  origin: string;
}

async function build(input: BuildInput): Promise<KernelArtifact> {
  const { tree, tools } = input;
  const config = await configureKernel(tree, input.merged, tools);
  await compileKernel(tree, tools);
  const release = (await readFile(join(tree.output, 'include', 'config', 'kernel.release'), 'utf8')).trim();
  return input.store.publish(input.key, async draft => {
    const image = join(draft, 'vmlinux');
    await tools.run('strip', ['--strip-all', '-o', image, join(tree.output, 'vmlinux')]);
    const modules = join(draft, 'modules');
    await installModules(tree, modules, release, tools);
    await installExtraModules(input.extra, tree, modules, config, tools);
    await copyFile(join(tree.output, 'System.map'), join(draft, 'System.map'));
    await writeFile(join(draft, 'config'), config);
    const buildId = readBuildId(await readFile(image));
    return {
      release,
      image,
      modules: join(modules, 'lib', 'modules', release),
      systemMap: join(draft, 'System.map'),
      config: join(draft, 'config'),
      origin: input.origin,
      ...(buildId && { buildId }),
    };
  });
}

function aptOptions(options: KernelOptions): ConstructorParameters<typeof IsolatedApt>[0] {
  return {
    ...(options.signal && { signal: options.signal }),
    ...(options.sink && { sink: options.sink }),
    ...(options.run && { run: options.run }),
    ...(options.cache !== undefined && { folder: join(options.cache, 'apt') }),
  };
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
