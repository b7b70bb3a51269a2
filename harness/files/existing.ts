import { readdir, stat } from 'node:fs/promises';
import { hasCode } from '../errors.ts';
import { readRegularFile } from './regular-file.ts';

/** The path itself if it exists, else undefined. */
export async function existingPath(path: string): Promise<string | undefined> {
  return (await stat(path).catch(() => undefined)) && path;
}

/** The first of the paths that exists. */
export async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await existingPath(path)) return path;
  return undefined;
}

/** Text of a file; undefined if it does not exist or is not readable. */
export async function readableText(path: string): Promise<string | undefined> {
  try {
    return await readRegularFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].some(code => hasCode(error, code))) return undefined;
    throw error;
  }
}

/** Names in a folder, sorted; empty if there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return [];
    throw error;
  }
}
