import { dirname } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { type CheckDepth, findDamage, markDamaged } from '../files/entry-manifest.ts';
import type { PreparedCell } from './prepared-cell.ts';

/**
 * Checks kernel and initramfs of a cell against the manifests of their cache entries: a truncated or overwritten file would
 * look like a crash of the guest. The next run recreates a damaged entry.
 * @throws InfrastructureError CACHE_DAMAGED
 */
export async function demandWhole(
  { kernel, image }: Pick<PreparedCell, 'kernel' | 'image'>,
  depth: CheckDepth,
): Promise<void> {
  for (const folder of [kernel.folder, dirname(image.path)]) {
    const damage = await findDamage(folder, depth);
    if (damage === undefined) continue;
    await markDamaged(folder);
    throw new InfrastructureError('CACHE_DAMAGED', `the cache is damaged: ${damage}, in ${folder}`, {
      hint: 'Go on with `modstorm run --resume`, which makes it again; look into the disk if it happens twice.',
    });
  }
}
