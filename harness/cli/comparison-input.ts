import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { HarnessError, isSystemError, UsageError } from '../errors.ts';
import { kindOfFile, readRegularFile } from '../files/regular-file.ts';
import { Sessions } from '../judgement/sessions/sessions.ts';
import { type Side, sideOfBaseline, sideOfRun, sideOfText } from '../judgement/side.ts';
import type { Finding } from '../measurement/finding.ts';
import { inspectText } from '../measurement/inspection.ts';
import { BaselineStore, loadBaseline } from '../store/baseline-store.ts';
import { listRuns, type RunContent, RunFolder } from '../store/run-folder.ts';
import type { CommandContext } from './context.ts';
import { readSource } from './inspection-input.ts';

/** Where references are looked up. */
export interface ReferencePlaces {
  /** Folder of run folders. */
  results: string;
  /** Folder of baselines. */
  baselines: string;
}

/** A side, and the run it came from if it is a run. */
export interface FoundSide {
  side: Side;
  content?: RunContent;
  /** What the reader of a stats text says about it: several in one file, one that was cut. */
  findings?: Finding[];
}

/** Size limit of a file with a stats text, in bytes. The text may be part of a console log. */
const textLimit = 64 * 1024 ** 2;

/**
 * Resolves a reference, in this order: a run (path, name, `latest`), a baseline (name, or path of its file), or a file with
 * a modules/stats text.
 * @throws UsageError COMPARE_UNKNOWN, which lists the baselines; errors of the store for damaged files
 */
export async function findSide(
  reference: string,
  places: ReferencePlaces,
  context: CommandContext,
): Promise<FoundSide> {
  const folder = await tryRun(reference, places.results);
  if (folder) return loadRun(folder);
  const store = new BaselineStore(places.baselines);
  const names = await store.names();
  if (names.includes(reference)) return { side: sideOfBaseline(await store.load(reference)) };
  const status = await stat(reference).catch(() => undefined);
  if (status && !status.isDirectory()) return readFileAsSide(reference, status.size, context);
  const baselines = names.length > 0 ? `Baselines: ${names.slice(0, 10).join(', ')}. ` : '';
  throw new UsageError(
    'COMPARE_UNKNOWN',
    `${JSON.stringify(reference)} is not a run in ${places.results}, a baseline in ${places.baselines}, or a file`,
    { hint: `${baselines}Name a run by its path, its name or \`latest\`.` },
  );
}

/** At most this many of the newest runs are read as sessions: old ones say little about the host as it is now. */
const mostSessions = 60;

/**
 * The runs and baselines in which the kernels of two sides were booted under the same conditions. They are the sessions
 * that show how much two sessions differ by chance. Unreadable ones are skipped.
 */
export async function readSessions(sides: readonly Side[], places: ReferencePlaces): Promise<Sessions> {
  const sessions = new Sessions();
  const kernels = new Set(sides.flatMap(({ cells }) => cells.map(({ kernel }) => kernel)));
  for (const side of sides) sessions.add(side);
  const store = new BaselineStore(places.baselines);
  for (const name of await store.names()) {
    const baseline = await unlessDamaged(store.load(name));
    if (baseline !== undefined) sessions.add(sideOfBaseline(baseline));
  }
  let read = 0;
  for (const folder of await listRuns(places.results)) {
    const run = await unlessDamaged(folder.readRun());
    if (run === undefined || !run.kernels.some(({ objectDigest }) => kernels.has(objectDigest))) continue;
    const loaded = await unlessDamaged(loadRun(folder));
    if (loaded === undefined) continue;
    sessions.add(loaded.side);
    if (++read === mostSessions) break;
  }
  return sessions;
}

async function unlessDamaged<Content>(reading: Promise<Content>): Promise<Content | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof HarnessError || isSystemError(error)) return undefined;
    throw error;
  }
}

/** A run with all trials it has so far. */
export async function loadRun(folder: RunFolder): Promise<{ side: Side; content: RunContent }> {
  const content = await folder.load();
  return { side: sideOfRun(content), content };
}

async function tryRun(reference: string, results: string): Promise<RunFolder | undefined> {
  try {
    return await RunFolder.open(reference, results);
  } catch (error) {
    if (error instanceof UsageError && error.code === 'RUN_UNKNOWN' && reference !== 'latest')
      return undefined;
    throw error;
  }
}

async function readFileAsSide(path: string, size: number, context: CommandContext): Promise<FoundSide> {
  if (size > textLimit) {
    throw new UsageError(
      'COMPARE_TOO_LARGE',
      `${path} has ${size} bytes, but a stats text has a few kilobytes`,
    );
  }
  const source = await readSource(path, context);
  if (/^\s*\{/.test(source.text)) return { side: sideOfBaseline(await loadBaseline(resolve(path))) };
  const inspection = inspectText(source);
  if (inspection.kind === 'stats')
    return { side: sideOfText(path, inspection.stats), findings: inspection.stats.findings };
  throw new UsageError(
    'COMPARE_NO_STATS',
    `${path} holds a kernel log but no modules/stats text to compare`,
    {
      hint: 'Read it with `modstorm inspect`. What can be compared is the contents of /sys/kernel/debug/modules/stats.',
    },
  );
}

/** The text of a file that must exist. @throws UsageError VALUES_UNREADABLE */
export async function readValuesFile(path: string): Promise<string> {
  if (!existsSync(path)) throw new UsageError('VALUES_UNREADABLE', `there is no file ${path}`);
  const status = await stat(path);
  if (!status.isFile())
    throw new UsageError('VALUES_UNREADABLE', `${path} is ${kindOfFile(status)}, not a regular file`);
  const { size } = status;
  if (size > textLimit)
    throw new UsageError('VALUES_UNREADABLE', `${path} has ${size} bytes, more than ${textLimit}`);
  return readRegularFile(path, 'utf8');
}
