import { stat } from 'node:fs/promises';
import { openBisection } from '../../bisect/bisection/bisection.ts';
import { readBisectionLog } from '../../bisect/bisection/bisection-log.ts';
import { evidenceLines, evidenceOf } from '../../bisect/report/commit-evidence.ts';
import { CommitNames } from '../../bisect/report/commit-names.ts';
import type { Terms } from '../../bisect/report/conclusion-text.ts';
import { statusLines } from '../../bisect/report/status-text.ts';
import { encodeLine, replay, type SearchLog } from '../../bisect/search/search-log.ts';
import { KernelTree } from '../../bisect/tree/kernel-tree.ts';
import { HarnessError, UsageError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import type { CommandContext } from '../context.ts';

/** Options of `bisect status`, `bisect log` and `bisect why`. */
export interface BisectReadingOptions {
  results: string;
}

/** A bisection for reading: its log and further information. */
interface ReadBisection {
  log: SearchLog;
  /** Its name in messages. */
  file: string;
  names: CommitNames;
  terms: Terms;
  metric: string;
  tree?: KernelTree | undefined;
}

/** `modstorm bisect status`. */
export async function bisectStatus(
  reference: string,
  options: BisectReadingOptions,
  context: CommandContext,
): Promise<number> {
  const { log, file, names, terms, metric } = await read(reference, options, context.signal);
  const lines = statusLines(replay(log, file), names, terms, metric);
  context.stdout(`${lines.join('\n')}\n`);
  return exitCodes.success;
}

/** `modstorm bisect log`: prints the log, which `status` and `why` accept instead of a bisection. */
export async function bisectLog(
  reference: string,
  options: BisectReadingOptions,
  context: CommandContext,
): Promise<number> {
  const { log } = await read(reference, options, context.signal);
  for (const line of [log.header, ...log.observations]) context.stdout(encodeLine(line));
  return exitCodes.success;
}

/** `modstorm bisect why COMMIT`. @throws UsageError BISECT_REVISION */
export async function bisectWhy(
  commit: string,
  reference: string,
  options: BisectReadingOptions,
  context: CommandContext,
): Promise<number> {
  const { log, file, names, terms, tree } = await read(reference, options, context.signal);
  const id = await findCommit(commit, log, tree);
  const lines = evidenceLines(id, evidenceOf(log, id, file), names, terms);
  context.stdout(`${lines.join('\n')}\n`);
  return exitCodes.success;
}

/** Reads a bisection by the path or name of its folder, or a copy of its log. */
async function read(
  reference: string,
  { results }: BisectReadingOptions,
  signal: AbortSignal,
): Promise<ReadBisection> {
  const status = await stat(reference).catch(() => undefined);
  if (status?.isFile() && !reference.endsWith('.json')) {
    const log = await readBisectionLog(reference);
    const terms = { good: 'good', bad: 'bad' };
    const cells = Array.from({ length: log.header.options.cells }, (_, cell) => `cell ${cell + 1}`);
    return { log, file: reference, names: new CommitNames(new Map(), cells), terms, metric: 'the metric' };
  }
  const { folder, record } = await openBisection(reference, results);
  const log = await readBisectionLog(folder.logFile);
  const { terms, metric, cells } = record;
  const tree = await unlessGone(KernelTree.open(record.tree, { signal }));
  const facts = tree && (await unlessGone(tree.describe(log.header.commits.map(({ id }) => id))));
  const names = new CommitNames(
    facts,
    cells.map(({ label }) => label),
  );
  return { log, file: folder.logFile, names, terms, metric, tree };
}

/** Undefined for what the tree does not have, or if the tree no longer exists. */
async function unlessGone<Found>(reading: Promise<Found>): Promise<Found | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof HarnessError && error.code !== 'INTERRUPTED') return undefined;
    throw error;
  }
}

async function findCommit(commit: string, log: SearchLog, tree: KernelTree | undefined): Promise<string> {
  const ids = log.header.commits.map(({ id }) => id);
  const [only, another] = ids.filter(id => id.startsWith(commit));
  if (only !== undefined && another === undefined) return only;
  const found = tree && (await unlessGone(tree.commitOf(commit)));
  if (found !== undefined && ids.includes(found)) return found;
  throw new UsageError('BISECT_REVISION', `the bisection has no commit ${JSON.stringify(commit)}`, {
    hint: 'Give the first digits of a hash that `modstorm bisect log` shows.',
  });
}
