import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hasCode, InfrastructureError } from '../errors.ts';
import { formatBytes } from '../units.ts';

/**
 * Fails early if the free space is not enough, instead of minutes later on a full disk.
 * @param folder the folder to write to; it may not exist yet
 * @param needed the required bytes, as measured earlier
 * @param what the purpose, for display: `the kernel sources`
 * @throws InfrastructureError DISK_FULL with the required and the free space
 */
export async function demandSpace(folder: string, needed: number, what: string): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= needed) return;
  throw new InfrastructureError(
    'DISK_FULL',
    `${what} need some ${formatBytes(needed)} in ${folder}, and ${formatBytes(free)} are free`,
    { hint: 'Make room (`modstorm clean --unused-for 30`), or set MODSTORM_CACHE to another disk.' },
  );
}

/** Free bytes for this user on the disk of a folder, or of its nearest accessible ancestor. */
export async function freeBytes(folder: string): Promise<number> {
  for (let place = resolve(folder); ; place = dirname(place)) {
    try {
      const { bavail, bsize } = await statfs(place);
      return bavail * bsize;
    } catch (error) {
      const isAbsent = ['ENOENT', 'ENOTDIR', 'EACCES'].some(code => hasCode(error, code));
      if (!isAbsent || place === dirname(place)) throw error;
    }
  }
}
