import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { namesIn, readableText } from './existing.ts';
import { describeSelf, isAlive, parseHolder } from './lock-holder.ts';

/** What a temporary folder is for; it stands in its name. */
export type TemporaryFolderKind = 'sockets' | 'modules' | 'probe' | 'index' | 'maintainers';

/** A folder of this process alone; gone with all that is in it when it is disposed of. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  remove(): Promise<void>;
}

/** The file in a temporary folder that says who made it, in the words of a lock. */
const ownerFile = '.owner';

/**
 * Makes an empty folder for this process. Should that be killed, whoever calls `findAbandonedFolders` finds it.
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
    await writeFile(join(path, ownerFile), JSON.stringify(describeSelf('using a temporary folder')));
    return { path, remove, [Symbol.asyncDispose]: remove };
  } catch (error) {
    throw new InfrastructureError(
      'TEMPORARY_FOLDER_FAILED',
      `no temporary folder can be made in ${base}: ${(error as Error).message}`,
      {
        hint: 'Set TMPDIR to a folder that is there, has room, and is writable for this user.',
        cause: error,
      },
    );
  }
}

/** The temporary folders below a folder whose makers are dead, whoever of this host made them. */
export async function findAbandonedFolders(base: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await namesIn(base)) {
    if (!name.startsWith('modstorm-')) continue;
    const file = join(base, name, ownerFile);
    const status = await stat(file).catch(() => undefined);
    const owner = status?.isFile() ? parseHolder((await readableText(file)) ?? '') : undefined;
    if (status && owner && !isAlive(owner, Date.now() - status.mtimeMs)) found.push(join(base, name));
  }
  return found;
}
