import type { IsolatedApt } from '../host/isolated-apt.ts';
import { resolveDebian } from './debian-source.ts';
import type { KernelTools } from './kernel-tools.ts';
import type { BuiltSource, ResolvedSource } from './resolved-source.ts';
import { readPatches } from './source-patches.ts';
import { resolveTree } from './tree-source.ts';

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
