import { digestOf, digestOfFile } from '../files/digest.ts';
import { agentKey } from '../image/guest-program.ts';
import { kernelKey } from '../kernel/prepare-kernel.ts';
import type { Cell } from '../matrix/matrix.ts';
import { projectPath } from '../project.ts';
import { imageNeeds, kernelRequests, type PreparationOptions } from './preparation.ts';

/** What the kernels and images of some cells are made from. */
export interface CacheKey {
  /** `modstorm-<kernels>-<images>`. */
  key: string;
  /** The beginning of `key` that only depends on the kernels: a cache with it saves their builds. */
  kernels: string;
  /** The keys of the kernels in the cache. */
  kernelKeys: string[];
}

/**
 * The key for a copy of modstorm's cache, as CI systems keep it: it changes if and only if a kernel or an image of these cells
 * would be made from something else. Nothing is built or unpacked. It covers the versions of kernel sources (Debian's newest, the
 * commit of a tree, the content of a prebuilt kernel), their patches and configs, the compiler, the sources of the agent and
 * modules, and the programs and workloads in the images; not the versions of Debian's programs in the images, which stay as
 * they were when the cache was made.
 * @throws BuildError, UsageError, InfrastructureError of the rooms kernel and image
 */
export async function cacheKey(options: PreparationOptions): Promise<CacheKey> {
  const { signal, sink } = options;
  const requests = new Map(kernelRequests(options).map(request => [JSON.stringify(request), request]));
  const keys = new Set<string>();
  for (const request of requests.values()) keys.add(await kernelKey(request, { signal, sink }));
  const kernelKeys = [...keys].sort();
  const images = {
    agent: await agentKey(),
    userland: await digestOfFile(projectPath('guests', 'userland.yaml')),
    cells: distinct(options.cells, options),
  };
  const kernels = `modstorm-${digestOf(kernelKeys).slice(0, 16)}-`;
  return { key: `${kernels}${digestOf(images).slice(0, 16)}`, kernels, kernelKeys };
}

/** What the images of the cells hold besides the kernel's modules, each once. */
function distinct(cells: readonly Cell[], options: PreparationOptions): string[] {
  return [...new Set(cells.map(cell => digestOf(imageNeeds(cell, options.workloads))))].sort();
}
