import { BuildError, InfrastructureError } from '../errors.ts';
import type { IsolatedApt } from '../host/isolated-apt.ts';
import type { KernelSource } from '../matrix/matrix.ts';
import { cacheFolder } from '../project.ts';
import { newestVersion } from './debian-source.ts';
import { type KernelTools, kernelTools } from './kernel-tools.ts';
import { aptOf, type KernelOptions, resolveSource } from './prepare-kernel.ts';
import { expandHome } from './source-folder.ts';

/** A source whose content no longer moves: an exact version of Debian, or a commit. */
export interface PinnedSource {
  source: KernelSource;
  /** Equal identities are equal sources. */
  identity: string;
  /** For display: `Debian linux-source-6.12 6.12.95-1`. */
  origin: string;
}

/**
 * Pins a source to what it is now.
 * @param fetch whether to ask first for something newer: apt for its lists, git for the commits of the tree's remotes
 * @throws BuildError KERNEL_SOURCE_UNKNOWN, KERNEL_REVISION_UNKNOWN; InfrastructureError KERNEL_FETCH_FAILED and those of apt
 */
export async function pinSource(
  source: KernelSource,
  fetch: boolean,
  options: KernelOptions = {},
): Promise<PinnedSource> {
  if (source.kind === 'prebuilt')
    return { source, identity: `prebuilt ${source.image}`, origin: `prebuilt ${source.image}` };
  const tools = kernelTools('source', 'Kernel source', options);
  const apt = aptOf(options);
  const pinned =
    source.kind === 'debian' ? await pinDebian(source, fetch, apt) : await pinTree(source, fetch, tools);
  const { identity, origin } = await resolveSource(pinned, options.cache ?? cacheFolder(), apt, tools);
  return { source: pinned, identity, origin };
}

/**
 * The newest version before that of a pinned Debian source that the same suite still offers.
 * @returns undefined if there is none
 */
export async function previousSource(
  { source }: PinnedSource,
  options: KernelOptions = {},
): Promise<PinnedSource | undefined> {
  if (source.kind !== 'debian' || source.version === undefined) return undefined;
  const apt = aptOf(options);
  const offered = await apt.candidates(source.package);
  const suite = source.suite ?? offered.find(({ version }) => version === source.version)?.suite;
  const own = offered.filter(candidate => candidate.suite === suite);
  // apt lists the versions of a suite from the newest down.
  const before = own[own.findIndex(({ version }) => version === source.version) + 1];
  return before && pinSource({ ...source, version: before.version }, false, { ...options, apt });
}

type Debian = Extract<KernelSource, { kind: 'debian' }>;
type Tree = Extract<KernelSource, { kind: 'tree' }>;

async function pinDebian(source: Debian, fetch: boolean, apt: IsolatedApt): Promise<Debian> {
  if (source.version !== undefined) return source;
  if (fetch) await apt.refresh();
  const { version } = await newestVersion(source.package, source.suite, apt);
  return { ...source, version };
}

async function pinTree(source: Tree, fetch: boolean, tools: KernelTools): Promise<Tree> {
  const path = expandHome(source.path);
  const git = async (...words: string[]) => (await tools.run('git', ['-C', path, ...words])).stdout.trim();
  if (fetch) {
    tools.report(`fetching ${path}`);
    await git('fetch', '--all', '--quiet').catch(error => {
      throw new InfrastructureError('KERNEL_FETCH_FAILED', `git cannot fetch into ${path}`, {
        hint: `Try it by hand: git -C ${path} fetch --all.`,
        evidence: error.evidence,
        cause: error,
      });
    });
  }
  const revision = await git('rev-parse', '--verify', '--quiet', `${source.revision}^{commit}`).catch(
    error => {
      throw new BuildError('KERNEL_REVISION_UNKNOWN', `${path} has no revision ${source.revision}`, {
        hint: `Fetch it: git -C ${path} fetch --tags.`,
        cause: error,
      });
    },
  );
  return { ...source, revision };
}
