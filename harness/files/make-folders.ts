import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from '../errors.ts';

/**
 * Creates a folder and the folders above it; nothing if it exists. Unlike mkdir of Node with `recursive`, which tries for
 * ever where the parent exists and its file system creates nothing, as below /proc.
 * @throws Error of mkdir(2) and stat(2): EACCES, ENOSPC, EROFS; ENOENT below /proc; EEXIST, ENOTDIR if a file is in the way
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (hasCode(error, 'EEXIST') && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (!hasCode(error, 'ENOENT') || parent === path || (await isFolder(parent))) throw error;
    await makeFolders(parent);
    await makeFolders(path);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
