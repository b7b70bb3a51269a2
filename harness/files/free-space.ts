import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hasCode, InfrastructureError } from '../errors.ts';
import { formatBytes } from '../units.ts';

/**
 * Refuses to begin what would only end on a full disk after minutes.
 * @param folder where the bytes go; it may not be there yet
 * @param needed bytes, measured on what was made before
 * @param what they are for, for people: `the kernel sources`
 * @throws InfrastructureError DISK_FULL with what is needed and what is there
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

/** Free bytes for this user on the disk of a folder, or of the nearest one above that can be reached. */
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
