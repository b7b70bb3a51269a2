import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from '../process/group.ts';
import { findLeftoverGuests, removeStaleSocketFolders } from '../process/leftover.ts';
import { cacheFolder } from '../project.ts';
import { readLock } from '../store/lock.ts';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-code.ts';

/** Options of `modstorm clean`. */
export interface CleanOptions {
  cache?: boolean;
}

/** `modstorm clean`: ends guests whose harness is gone, removes what they and killed builds left, on demand the cache. */
export async function cleanCommand(options: CleanOptions, context: CommandContext): Promise<number> {
  const cache = cacheFolder(context.environment);
  for (const { pid, trial } of await findLeftoverGuests()) {
    signalGroup(pid, 'SIGTERM');
    await sleep(500);
    signalGroup(pid, 'SIGKILL');
    context.stdout(`ended guest ${pid} of trial ${trial}\n`);
  }
  for (const path of await removeStaleSocketFolders(tmpdir(), Date.now()))
    context.stdout(`removed ${path}\n`);
  for (const path of await removeStaleFiles(cache)) context.stdout(`removed ${path}\n`);
  if (options.cache) {
    await rm(cache, { recursive: true, force: true });
    context.stdout(`removed ${cache}\n`);
  }
  return exitCodes.fine;
}

/** Locks without a living holder and drafts that were never published, in the upper folders of the cache. */
async function removeStaleFiles(cache: string): Promise<string[]> {
  const removed: string[] = [];
  for (const folder of ['images', 'userland', 'guest-programs', 'kernel/artifacts', 'kernel/output', 'apt']) {
    const names = await readdir(join(cache, folder)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [] as string[];
      throw error;
    });
    for (const name of names) {
      const path = join(cache, folder, name);
      if (!(await isStale(path, names))) continue;
      await rm(path, { recursive: true, force: true });
      removed.push(path);
    }
  }
  return removed;
}

async function isStale(path: string, siblings: readonly string[]): Promise<boolean> {
  if (path.endsWith('.lock')) return (await readLock(path)).kind === 'stale';
  const draft = path.lastIndexOf('.draft-');
  if (draft < 0) return false;
  const lock = `${path.slice(0, draft)}.lock`;
  return !siblings.some(name => lock.endsWith(`/${name}`)) || (await readLock(lock)).kind !== 'held';
}
