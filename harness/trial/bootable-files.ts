import { dirname } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { type CheckDepth, findDamage, markDamaged } from '../files/entry-manifest.ts';
import type { PreparedCell } from './prepared-cell.ts';

/**
 * Holds kernel and initramfs of a cell against the manifests of their cache entries: what was cut or overwritten since it
 * was made would be told as a crash of the guest. A damaged entry is made again by the next run.
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
