import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file so that a reader, or a power cut, sees either the old or the new content, never a mixture: a
 * temporary file in the same folder, fsync, rename, fsync of the folder. The folder must exist.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await using file = await openDisposable(temporary, 'wx');
    await file.handle.writeFile(content);
    await file.handle.sync();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Makes created, renamed and removed names in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  await syncPath(folder);
}

async function syncPath(path: string): Promise<void> {
  await using file = await openDisposable(path, 'r');
  await file.handle.sync();
}

/** Maximum number of concurrent fsyncs, so that the file system can combine several in one journal write. */
const syncedAtOnce = 16;

/** Syncs a folder and its contents to disk. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(entry => entry.isFile() || entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name));
  for (let first = 0; first < paths.length; first += syncedAtOnce) {
    await Promise.all(paths.slice(first, first + syncedAtOnce).map(syncPath));
  }
  await syncFolder(folder);
}

async function openDisposable(
  path: string,
  flags: string,
): Promise<{ handle: FileHandle } & AsyncDisposable> {
  const handle = await open(path, flags);
  return { handle, [Symbol.asyncDispose]: () => handle.close() };
}
