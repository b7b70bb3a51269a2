import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../../exit-code.ts';
import { namesIn } from '../../files/existing.ts';
import { readLock } from '../../files/lock.ts';
import { describeHolder } from '../../files/lock-holder.ts';
import { BaselineStore } from '../../store/baseline-store.ts';
import { chooseRuns, type StoredRun } from '../../store/retention.ts';
import { listRuns, type RunFolder } from '../../store/run-folder.ts';
import { RunIndex } from '../../store/run-index.ts';
import { startOfRun } from '../../store/run-name.ts';
import { formatBytes } from '../../units.ts';
import type { CommandContext } from '../context.ts';
import { diskUse, remove } from './cache-cleaning.ts';

/** Options of `modstorm prune`. */
export interface PruneOptions {
  /** Days. */
  keep: number;
  results: string;
  baselines: string;
  evidence?: boolean;
  dryRun?: boolean;
  /** Only consider runs for which this holds; default: all. */
  only?: (run: RunFolder) => Promise<boolean>;
}

const dayMs = 24 * 3600 * 1000;
/** A run gets this prefix before it is removed, so that no reader sees a partial run. */
const doomed = '.pruned-';

/**
 * `modstorm prune --keep 30d`: removes runs older than that, or only their evidence, by the policy of `chooseRuns`. Runs
 * that an earlier, killed prune had begun to remove are removed too. Bisections and baselines are never touched.
 * @throws errors of damaged baselines: without them it is unknown which runs they refer to
 */
export async function pruneCommand(
  options: PruneOptions,
  context: Pick<CommandContext, 'stdout'>,
  now: number = Date.now(),
): Promise<number> {
  const { keep, results, baselines, dryRun } = options;
  const folders = await listRuns(results);
  const asked = await Promise.all(folders.map(async run => (await options.only?.(run)) ?? true));
  const runs = await Promise.all(folders.filter((_, index) => asked[index]).map(storedRun));
  const saved = await new BaselineStore(baselines).list();
  const owners = new Map(saved.map(({ run, name }) => [run, name]));
  const { removed, kept } = chooseRuns(runs, now - keep * dayMs, owners);
  for (const { run, reason } of kept) context.stdout(`kept ${run.name}: ${reason}\n`);
  let freed = 0;
  for (const { name, startedMs } of removed) {
    const what = options.evidence ? `the evidence of ${name}` : name;
    const bytes = await removeParts(name, options);
    if (bytes === 0) continue;
    freed += bytes;
    const age = Math.floor((now - startedMs) / dayMs);
    context.stdout(`${dryRun ? 'would remove' : 'removed'} ${what} (${formatBytes(bytes)}, ${age} d old)\n`);
  }
  if (!dryRun) {
    freed += await removeRest(results);
    await new RunIndex(results).forgetAllBut(await listRuns(results));
  }
  const verb = dryRun ? 'would free' : 'freed';
  context.stdout(freed > 0 ? `${verb} ${formatBytes(freed)}\n` : 'nothing to remove\n');
  return exitCodes.success;
}

/** Removes a run or its evidence, unless this is a dry run; returns the disk space, in bytes. */
async function removeParts(name: string, { results, evidence, dryRun }: PruneOptions): Promise<number> {
  const run = join(results, name);
  const parts = evidence
    ? (await namesIn(join(run, 'trials'))).map(trial => join(run, 'trials', trial))
    : [run];
  let bytes = 0;
  for (const part of parts) {
    if (dryRun) bytes += await diskUse(part);
    else if (evidence) bytes += (await remove(part)).bytes;
    else bytes += await removeRun(results, name);
  }
  return bytes;
}

async function storedRun(folder: RunFolder): Promise<StoredRun> {
  const lock = await readLock(`${folder.journalFile}.lock`);
  const writer = lock.kind === 'held' ? describeHolder(lock.holder) : undefined;
  return { name: folder.name, startedMs: startOfRun(folder.name), writer };
}

/** Returns the disk space that the run took, in bytes. */
async function removeRun(results: string, name: string): Promise<number> {
  const path = join(results, `${doomed}${name}`);
  await rename(join(results, name), path);
  return (await remove(path)).bytes;
}

/** Removes what a killed prune left; returns the disk space it took, in bytes. */
async function removeRest(results: string): Promise<number> {
  let freed = 0;
  for (const name of await namesIn(results))
    if (name.startsWith(doomed)) freed += (await remove(join(results, name))).bytes;
  return freed;
}
