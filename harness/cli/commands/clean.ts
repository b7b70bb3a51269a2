import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfrastructureError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import { findAbandonedFolders, findStaleTemporaryFolders } from '../../files/temporary-folder.ts';
import { signalGroup } from '../../process/group.ts';
import { findLeftoverGuests } from '../../process/leftover.ts';
import { cacheFolder } from '../../project.ts';
import { formatBytes } from '../../units.ts';
import type { CommandContext } from '../context.ts';
import {
  findCacheUsers,
  type Removed,
  remove,
  removeCache,
  removeLeftovers,
  removeUnused,
} from './cache-cleaning.ts';

/** Options of `modstorm clean`. */
export interface CleanOptions {
  /** Also remove everything that was built. */
  cache?: boolean | undefined;
  /** Remove what was built and has not been used for this many days. */
  unusedFor?: number | undefined;
}

/** The places on the host that are cleaned; replaced in tests. */
export interface CleanPlaces {
  proc: string;
  temporary: readonly string[];
}

/** How long to wait for a guest to exit by itself. */
const graceMs = 500;
const dayMs = 24 * 3600 * 1000;

/**
 * `modstorm clean`: ends guests whose harness is gone, and removes what they and killed builds left behind; on request,
 * also the cache. What a live process still uses is kept and reported.
 * @throws InfrastructureError CACHE_IN_USE if the whole cache is to be removed while it is in use
 */
export async function cleanCommand(
  options: CleanOptions,
  context: Pick<CommandContext, 'stdout' | 'environment'>,
  // Sockets go to /tmp if TMPDIR is too long for them.
  places: CleanPlaces = { proc: '/proc', temporary: [...new Set([tmpdir(), '/tmp'])] },
): Promise<number> {
  const cache = cacheFolder(context.environment);
  for (const { pid, trial } of await findLeftoverGuests(places.proc)) {
    signalGroup(pid, 'SIGTERM');
    await sleep(graceMs);
    signalGroup(pid, 'SIGKILL');
    context.stdout(`ended guest ${pid} of trial ${trial}\n`);
  }
  let freed = 0;
  const report = (removed: readonly Removed[]) => {
    for (const { path, bytes } of removed) {
      freed += bytes;
      context.stdout(`removed ${path} (${formatBytes(bytes)})\n`);
    }
  };
  for (const folder of places.temporary) {
    const stale = await findStaleTemporaryFolders(folder, Date.now(), places.proc);
    for (const path of new Set([...(await findAbandonedFolders(folder)), ...stale]))
      report([await remove(path)]);
  }
  const { removed, kept } = await removeLeftovers(cache);
  report(removed);
  for (const { path, reason } of kept) context.stdout(`kept ${path}: ${reason}\n`);
  if (options.unusedFor !== undefined) {
    const since = Date.now() - options.unusedFor * dayMs;
    report(await removeUnused(cache, since, places.proc));
  }
  if (options.cache) {
    const users = await findCacheUsers(cache, places.proc);
    if (users.length > 0) throw inUse(cache, users);
    report(await removeCache(cache));
  }
  context.stdout(freed > 0 ? `freed ${formatBytes(freed)}\n` : 'nothing to remove\n');
  return exitCodes.success;
}

function inUse(cache: string, users: readonly string[]): InfrastructureError {
  return new InfrastructureError('CACHE_IN_USE', `the cache ${cache} is in use and was kept`, {
    evidence: users.join('\n'),
    hint: 'Wait for them to end, then clean again.',
  });
}
