import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { HarnessError, UsageError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import { compareAcross, judgeRun } from '../../judgement/compare-sides.ts';
import {
  confirmationMatrix,
  confirmationName,
  confirmationPrefix,
  readConfirmation,
} from '../../judgement/confirmation.ts';
import {
  findEvents,
  HistoryCollector,
  type HistoryEvent,
  type HistoryPoint,
} from '../../judgement/history.ts';
import type { Side } from '../../judgement/side.ts';
import { kernelArtifacts } from '../../kernel/kernel-artifacts.ts';
import { suggest } from '../../matrix/source/nearest.ts';
import { cacheFolder } from '../../project.ts';
import {
  type HistoryReport,
  type ReportedEvent,
  renderHistory,
  renderHistoryJson,
} from '../../report/history.ts';
import { listRuns, type RunContent, RunFolder } from '../../store/run-folder.ts';
import type { RunRecord } from '../../store/run-record.ts';
import { findSide, loadRun, readSessions } from '../comparison-input.ts';
import type { CommandContext } from '../context.ts';

/** Options of `modstorm history`. */
export interface HistoryCommandOptions {
  baselines: string;
  confirm?: string;
  json?: boolean;
  leastSegment?: number;
  level?: number;
  pin?: string;
}

/** A/B runs by the name of their matrix; the newest of a name last. */
type Confirmations = Map<string, RunContent[]>;

/**
 * `modstorm history FOLDER`: where the level of a metric changed over the runs of a folder. An event counts only once an
 * A/B run of it, recorded in the same folder, confirms it. Returns 1 when a confirmed event is a change for the worse.
 * @throws UsageError HISTORY_EMPTY, HISTORY_EVENT, HISTORY_KERNELS; COMPARE_UNKNOWN for --pin
 */
export async function historyCommand(
  folder: string,
  options: HistoryCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { report, newest } = await readHistory(folder, options);
  if (options.confirm !== undefined) return prepareConfirmation(folder, options.confirm, report, context);
  if (options.pin !== undefined) report.pinned = await compareWithPin(folder, options.pin, newest, options);
  context.stdout(options.json ? renderHistoryJson(report) : renderHistory(report));
  const worse = report.events.some(
    ({ event, confirmation }) => confirmation === 'confirmed' && event.direction === 'worse',
  );
  return worse ? exitCodes.failed : exitCodes.success;
}

async function readHistory(
  folder: string,
  options: HistoryCommandOptions,
): Promise<{ report: HistoryReport; newest: Side }> {
  const runs = (await listRuns(folder)).reverse();
  const collector = new HistoryCollector();
  const confirmations: Confirmations = new Map();
  const skipped: HistoryReport['skipped'] = [];
  let newest: Side | undefined;
  let used = 0;
  for (const run of runs) {
    const loaded = await tryLoad(run, skipped);
    if (loaded === undefined) continue;
    const { matrix, calibration } = loaded.content.run;
    if (matrix.name.startsWith(confirmationPrefix)) {
      confirmations.set(matrix.name, [...(confirmations.get(matrix.name) ?? []), loaded.content]);
    } else if (calibration === undefined) {
      collector.add(loaded.side, loaded.content.run);
      newest = loaded.side;
      used++;
    }
  }
  if (newest === undefined) {
    throw new UsageError('HISTORY_EMPTY', `${folder} holds no run that can be read`, {
      hint: 'Name the folder in which the nightly runs are, such as results.',
    });
  }
  const { series } = collector;
  const events = findEvents(series, {
    ...(options.level !== undefined && { level: options.level }),
    ...(options.leastSegment !== undefined && { leastSegment: options.leastSegment }),
  }).map(event => reportEvent(event, confirmations, folder));
  return { report: { folder, runs: used, series, events, skipped }, newest };
}

/** One damaged night must not hide all others; it is told instead. */
async function tryLoad(
  run: RunFolder,
  skipped: HistoryReport['skipped'],
): Promise<{ side: Side; content: RunContent } | undefined> {
  try {
    return await loadRun(run);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    skipped.push({ run: run.name, reason: error.message });
    return undefined;
  }
}

function reportEvent(event: HistoryEvent, confirmations: Confirmations, folder: string): ReportedEvent {
  const runs = (confirmations.get(confirmationName(event)) ?? []).filter(({ run }) => isAbout(run, event));
  for (const content of runs.reverse()) {
    const comparison = judgeRun(content, { force: true });
    if (comparison === undefined) continue;
    return {
      event,
      confirmation: readConfirmation(event, comparison.judgement),
      confirmedBy: content.run.run,
    };
  }
  const command =
    event.kernelChanged === false
      ? undefined
      : `npm run -s modstorm -- history ${relative('', folder) || '.'} --confirm ${event.id}`;
  return { event, confirmation: 'unconfirmed', ...(command !== undefined && { command }) };
}

/** A run that claims to confirm an event must have booted its two kernels. */
function isAbout(run: RunRecord, event: HistoryEvent): boolean {
  const digest = (name: string) => run.kernels.find(({ kernel }) => kernel === name)?.objectDigest;
  return digest('before') === event.lastBefore.kernel && digest('after') === event.firstAfter.kernel;
}

async function prepareConfirmation(
  folder: string,
  id: string,
  { events }: HistoryReport,
  context: CommandContext,
): Promise<number> {
  const found = events.find(({ event }) => event.id === id)?.event;
  if (found === undefined) {
    throw new UsageError('HISTORY_EVENT', `${folder} has no event ${JSON.stringify(id)}`, {
      hint: suggest(
        id,
        events.map(({ event }) => event.id),
      ),
    });
  }
  if (found.kernelChanged === false) {
    throw new UsageError('HISTORY_KERNELS', `the kernel did not change between the runs of event ${id}`, {
      hint: 'No A/B run of kernels can tell: look at the host, QEMU and the userland of the two runs.',
    });
  }
  const kernels = {
    before: await storedKernel(folder, found, found.lastBefore),
    after: await storedKernel(folder, found, found.firstAfter),
  };
  const place = join(folder, 'confirmations');
  await mkdir(place, { recursive: true });
  const file = join(place, `${confirmationName(found)}.yaml`);
  await writeFile(file, confirmationMatrix(found, kernels));
  context.stdout(
    `${relative('', file)}\nnpm run -s modstorm -- run ${relative('', file)} --results ${relative('', folder) || '.'}\n`,
  );
  return exitCodes.success;
}

/** The kernel of a run as it was booted, out of the cache. */
async function storedKernel(
  folder: string,
  event: HistoryEvent,
  point: HistoryPoint,
): Promise<{ image: string; modules: string }> {
  const run = await (await RunFolder.open(point.run, folder)).readRun();
  const record = run.kernels.find(({ objectDigest }) => objectDigest === point.kernel);
  const artifact = record && (await kernelArtifacts(cacheFolder()).find(record.key));
  if (artifact) return { image: artifact.image, modules: artifact.modules };
  const what = record ? `${record.origin} (${record.config})` : event.settings['kernel'];
  throw new UsageError(
    'HISTORY_KERNELS',
    `the kernel of ${point.run}, ${what}, is not in the cache of this host`,
    {
      hint: 'Confirm on the host that made the runs, or write a matrix with both kernels and `compare: { axis: kernel }`.',
    },
  );
}

async function compareWithPin(
  folder: string,
  pin: string,
  newest: Side,
  options: HistoryCommandOptions,
): Promise<NonNullable<HistoryReport['pinned']>> {
  const { side } = await findSide(pin, { results: folder, baselines: options.baselines });
  const names = { name: side.name, newest: newest.name };
  const sessions = await readSessions([side, newest], { results: folder, baselines: options.baselines });
  try {
    return { ...names, comparison: compareAcross(side, newest, { method: 'bh', sessions }) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { ...names, refused: error.message };
  }
}
