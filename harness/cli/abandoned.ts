import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { debugError } from '../debug.ts';
import { HarnessError, isSystemError } from '../errors.ts';
import { FileLock } from '../files/lock.ts';
import { findAbandonedFolders } from '../files/temporary-folder.ts';
import { cacheFolder } from '../project.ts';
import { removeAbandonedMerges } from '../store/merged-folder.ts';
import { listRuns } from '../store/run-folder.ts';
import { removeLeftovers } from './commands/cache-cleaning.ts';

/**
 * Removes what killed processes of modstorm left: temporary folders, drafts and locks in the cache, locks on journals,
 * drafts of merged runs.
 * What living processes work on is kept. It is a courtesy of the next run: what cannot be removed stays, and is shown
 * by `MODSTORM_DEBUG=errors`.
 */
export async function removeAbandoned(results: string, environment: NodeJS.ProcessEnv): Promise<void> {
  for (const folder of new Set([tmpdir(), '/tmp'])) {
    await courteously(async () => {
      for (const path of await findAbandonedFolders(folder)) await rm(path, { recursive: true, force: true });
    });
  }
  await courteously(async () => void (await removeLeftovers(cacheFolder(environment))));
  await courteously(() => removeAbandonedMerges(results));
  await courteously(async () => {
    for (const { journalFile } of await listRuns(results)) await FileLock.removeStale(`${journalFile}.lock`);
  });
}

async function courteously(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HarnessError || isSystemError(error))) throw error;
    debugError(error);
  }
}
