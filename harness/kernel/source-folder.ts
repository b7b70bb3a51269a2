import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { InfrastructureError } from '../errors.ts';

/**
 * Fills a folder in one step: a draft beside it, renamed when it is complete.
 * @throws InfrastructureError DISK_FULL
 */
export async function placeAnew(
  folder: string,
  identity: string,
  fill: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
  try {
    await fill(draft);
    await rename(draft, folder);
    await writeFile(stampOf(folder), identity);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new InfrastructureError('DISK_FULL', `no space is left for the kernel source at ${folder}`, {
      hint: 'A kernel source takes 1.5 GB. Run `modstorm clean`, or set MODSTORM_CACHE to another disk.',
      cause: error,
    });
  }
}

/** Whether the folder holds this content, whole. */
export async function isPlaced(folder: string, identity: string): Promise<boolean> {
  return (await readFile(stampOf(folder), 'utf8').catch(() => '')) === identity;
}

/** The file that says what a folder holds. Beside the folder, not in it: git would clean it away. */
export function stampOf(folder: string): string {
  return `${folder}.identity`;
}

/** Twelve hexadecimal digits for the name of a folder. */
export function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** An absolute path from what a user wrote: `~/` is the home folder. */
export function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(path);
}
