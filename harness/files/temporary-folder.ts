import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { namesIn, readableText } from './existing.ts';
import { describeSelf, isAlive, parseHolder } from './lock-holder.ts';

/** The purpose of a temporary folder, which is part of its name. */
export type TemporaryFolderKind = 'sockets' | 'modules' | 'probe' | 'index' | 'maintainers';

/** A private folder of this process. Disposing of it removes it with its contents. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  remove(): Promise<void>;
}

/** The file in a temporary folder that names its creator, in the format of a lock. */
const ownerFile = '.owner';

/**
 * Creates an empty folder for this process. If the process is killed, `findAbandonedFolders` finds the folder.
 * @param base default: TMPDIR, else /tmp
 * @throws InfrastructureError TEMPORARY_FOLDER_FAILED
 */
export async function makeTemporaryFolder(
  kind: TemporaryFolderKind,
  base: string = tmpdir(),
): Promise<TemporaryFolder> {
  try {
    const path = await mkdtemp(join(base, kind === 'sockets' ? 'modstorm-' : `modstorm-${kind}-`));
    const remove = () => rm(path, { recursive: true, force: true });
    try {
      await writeFile(join(path, ownerFile), JSON.stringify(describeSelf('using a temporary folder')));
    } catch (error) {
      await remove();
      throw error;
    }
    return { path, remove, [Symbol.asyncDispose]: remove };
  } catch (error) {
    throw new InfrastructureError(
      'TEMPORARY_FOLDER_FAILED',
      `cannot create a temporary folder in ${base}: ${(error as Error).message}`,
      {
        hint: 'Set TMPDIR to an existing folder that has free space and is writable for this user.',
        cause: error,
      },
    );
  }
}

/**
 * The temporary folders in a folder whose creators are dead. A creator on another host or in another container that shares
 * the folder cannot be seen, and counts as alive: a folder has no heartbeat.
 */
export async function findAbandonedFolders(base: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await namesIn(base)) {
    if (!name.startsWith('modstorm-')) continue;
    const file = join(base, name, ownerFile);
    const isFile = (await stat(file).catch(() => undefined))?.isFile();
    const owner = isFile ? parseHolder((await readableText(file)) ?? '') : undefined;
    if (owner && !isAlive(owner, 0)) found.push(join(base, name));
  }
  return found;
}
