import { lstat, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { listProcesses } from '../process/leftover.ts';
import { namesIn, readableText } from './existing.ts';
import { describeSelf, isAlive, parseHolder } from './lock-holder.ts';

const kinds = ['sockets', 'modules', 'probe', 'index', 'maintainers'] as const;
/** The purpose of a temporary folder, which is part of its name. */
export type TemporaryFolderKind = (typeof kinds)[number];

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
    const path = await mkdtemp(join(base, prefixOf(kind)));
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

/** Socket folders have the shortest name, because the path of a socket is limited to 108 bytes. */
function prefixOf(kind: TemporaryFolderKind): string {
  return kind === 'sockets' ? 'modstorm-' : `modstorm-${kind}-`;
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

/** A socket folder this young may belong to a trial whose QEMU has not started yet. */
const youngMs = 60_000;
/** No process names the other folders. Each exists for a few minutes only. */
const longUntouchedMs = 3600_000;

/**
 * Temporary folders of this user (of all, for root) that are probably no longer in use although they do not name a dead
 * creator, such as those of older versions: nothing touched them lately, and no process names them.
 * @param now ms since the epoch
 */
export async function findStaleTemporaryFolders(
  folder: string,
  now: number,
  proc = '/proc',
): Promise<string[]> {
  const commands = (await listProcesses(proc)).map(({ words }) => words.join(' ')).join('\n');
  const self = process.getuid?.() ?? 0;
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    const kind = kinds.find(one => isNamed(name, prefixOf(one)));
    if (!kind) continue;
    const path = join(folder, name);
    const status = await lstat(path).catch(() => undefined);
    if (!status?.isDirectory() || (self !== 0 && status.uid !== self)) continue;
    const oldMs = kind === 'sockets' ? youngMs : longUntouchedMs;
    if (now - status.mtimeMs >= oldMs && !commands.includes(path)) found.push(path);
  }
  return found;
}

/** Whether mkdtemp(3) created a name with this prefix. */
function isNamed(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^[A-Za-z0-9]{6}$/.test(name.slice(prefix.length));
}
