import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { HarnessError, isSystemError, UsageError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import { makeFolders } from '../../files/make-folders.ts';
import { compareAcross } from '../../judgement/compare-sides.ts';
import {
  confirmableEvent,
  confirmationMatrix,
  confirmationName,
} from '../../judgement/history/confirmation.ts';
import { comparedRuns, type HistoryEvent } from '../../judgement/history/history-event.ts';
import { isRegression, RunHistory, roleInHistory } from '../../judgement/history/run-history.ts';
import { summariseCells } from '../../judgement/history/summarised-cells.ts';
import { ownCommand } from '../../project.ts';
import type { HistoryReport, PinnedComparison } from '../../report/history.ts';
import { type HistoryFormat, loadHistoryFormat } from '../../report/history-formats.ts';
import { shellQuote } from '../../shell-quote.ts';
import { listRuns, RunFolder } from '../../store/run-folder.ts';
import { RunIndex } from '../../store/run-index.ts';
import { findSide, loadRun, readSessions } from '../comparison-input.ts';
import type { CommandContext } from '../context.ts';
import { storedKernel } from '../stored-kernel.ts';

/** Options of `modstorm history`. */
export interface HistoryCommandOptions {
  baselines: string;
  confirm?: string;
  format?: HistoryFormat;
  json?: boolean;
  leastSegment?: number;
  level?: number;
  pin?: string;
}

/**
 * `modstorm history FOLDER`: finds where the level of a metric changed over the runs in a folder. An event counts only once
 * an A/B run in the same folder confirms it. Returns 1 if a confirmed event is a change for the worse.
 * @throws UsageError HISTORY_EMPTY, HISTORY_EVENT, HISTORY_KERNELS; COMPARE_UNKNOWN for --pin
 */
export async function historyCommand(
  folder: string,
  options: HistoryCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { history, newest, skipped } = await readHistory(folder);
  const { runs, series } = history;
  const events = history.events({ level: options.level, leastSegment: options.leastSegment });
  if (options.confirm !== undefined) {
    const event = confirmableEvent(
      events.map(judged => judged.event),
      options.confirm,
    );
    context.stdout(await writeConfirmation(event, folder));
    return exitCodes.success;
  }
  const pinned =
    options.pin === undefined
      ? undefined
      : await compareWithPin(folder, options.pin, newest, options, context);
  const report: HistoryReport = {
    folder: relative('', folder) || '.',
    runs,
    series,
    events,
    skipped,
    pinned,
  };
  const render = await loadHistoryFormat(options.json ? 'json' : (options.format ?? 'terminal'));
  context.stdout(render(report));
  return events.some(isRegression) ? exitCodes.failed : exitCodes.success;
}

/** All runs in a folder, oldest first. A damaged run is reported and skipped, so it does not hide the others. */
export async function readHistory(folder: string) {
  const history = new RunHistory();
  const index = new RunIndex(folder);
  const skipped: HistoryReport['skipped'] = [];
  const runs = await listRuns(folder);
  for (const run of runs.reverse()) {
    try {
      await addRun(history, run, index);
    } catch (error) {
      if (!(error instanceof HarnessError || isSystemError(error))) throw error;
      skipped.push({ run: run.name, reason: error.message });
    }
  }
  await index.forgetAllBut(runs);
  const { newest } = history;
  if (newest !== undefined) return { history, newest, skipped };
  throw new UsageError('HISTORY_EMPTY', `${folder} has no readable run`, {
    evidence: skipped
      .slice(0, 10)
      .map(({ run, reason }) => `${run}: ${reason}`)
      .join('\n'),
    hint: 'Give the folder that holds the nightly runs, such as results.',
  });
}

/** Adds a run. The journal is read only if the index does not know the run, or if the run judges an event. */
async function addRun(history: RunHistory, folder: RunFolder, index: RunIndex): Promise<void> {
  const run = await folder.readRun();
  const role = roleInHistory(run);
  if (role === 'confirmation') history.addConfirmation(await folder.load());
  if (role === 'point')
    history.addPoint(
      run,
      await index.obtain(folder, async () => summariseCells((await loadRun(folder)).side)),
    );
}

/** Writes the matrix of the A/B run for an event. Returns its path and the command that runs it. */
async function writeConfirmation(event: HistoryEvent, folder: string): Promise<string> {
  const { before, after } = comparedRuns(event);
  const kernels = { before: await storedKernel(before, folder), after: await storedKernel(after, folder) };
  const file = join(folder, 'confirmations', `${confirmationName(event)}.yaml`);
  await makeFolders(join(folder, 'confirmations'));
  await writeFile(file, confirmationMatrix(event, kernels));
  const path = relative('', file);
  const results = relative('', folder) || '.';
  return `${path}\n${shellQuote([...ownCommand, 'run', path, '--results', results])}\n`;
}

async function compareWithPin(
  folder: string,
  pin: string,
  newestRun: string,
  { baselines }: HistoryCommandOptions,
  context: CommandContext,
): Promise<PinnedComparison> {
  const places = { results: folder, baselines };
  const { side } = await findSide(pin, places, context);
  const { side: newest } = await loadRun(await RunFolder.open(newestRun, folder));
  const names = { name: side.name, newest: newest.name };
  const sessions = await readSessions([side, newest], places);
  try {
    return { ...names, comparison: compareAcross(side, newest, { method: 'bh', sessions }) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { ...names, refused: error.message };
  }
}
