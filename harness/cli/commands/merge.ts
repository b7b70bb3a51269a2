import { relative } from 'node:path';
import { exitCodes } from '../../exit-code.ts';
import { exitCodeOfRun } from '../../report/run-exit-code.ts';
import { reportRun } from '../../report/run-report.ts';
import { mergeShards } from '../../store/merge-shards.ts';
import { writeMergedRun } from '../../store/merged-folder.ts';
import { listRuns, RunFolder } from '../../store/run-folder.ts';
import { plural } from '../../units.ts';
import { concludeRun } from '../conclude-run.ts';
import type { CommandContext } from '../context.ts';
import type { FormatOptions } from '../options.ts';

/** Options of `modstorm merge`. */
export interface MergeOptions extends FormatOptions {
  results: string;
}

/**
 * `modstorm merge DIR…`: the shards of a run become one run in the results folder, which is judged and reported like a run on
 * one host. A DIR is the folder of a shard or a folder of such folders.
 * @returns the exit code of that run; 3 if a shard has not finished
 * @throws UsageError MERGE_NOTHING, MERGE_UNLIKE, MERGE_DOUBLED, MERGE_MISSING, RUN_UNKNOWN
 */
export async function mergeCommand(
  references: readonly string[],
  options: MergeOptions,
  context: CommandContext,
): Promise<number> {
  const folders = await shardFolders(references, options.results);
  const shards = await Promise.all(
    folders.map(async folder => ({ ...(await folder.load()), path: relative('', folder.path) || '.' })),
  );
  const merged = mergeShards(shards, ['merge', ...references]);
  const { folder, known } = await writeMergedRun(options.results, merged, folders);
  const path = relative('', folder.path) || '.';
  const count = plural(shards.length, 'shard');
  context.stderr(known ? `${count} were merged before: ${path}\n` : `Merged ${count}: ${path}\n`);
  const content = await folder.load();
  const report = reportRun(content, path);
  await concludeRun(folder, report, options, context);
  const { missing } = report.model;
  if (missing > 0) {
    context.stderr(
      `modstorm: ${plural(missing, 'trial')} of the plan did not run: resume the shard, then merge again\n`,
    );
    return exitCodes.infrastructure;
  }
  return exitCodeOfRun(content.records, { interrupted: undefined, verdict: report.verdict });
}

/** The run folders that are named, or that are in the folders that are named. */
async function shardFolders(references: readonly string[], results: string): Promise<RunFolder[]> {
  const folders = new Map<string, RunFolder>();
  for (const reference of references) {
    const inside = await listRuns(reference);
    const found = inside.length > 0 ? await unmerged(inside) : [await RunFolder.open(reference, results)];
    for (const folder of found) folders.set(folder.path, folder);
  }
  return [...folders.values()];
}

/** Without the runs that an earlier merge has put beside the shards. */
async function unmerged(folders: readonly RunFolder[]): Promise<RunFolder[]> {
  const runs = await Promise.all(folders.map(async folder => ({ folder, run: await folder.readRun() })));
  return runs.flatMap(({ folder, run }) => (run.shards === undefined ? [folder] : []));
}
