import { UsageError } from '../../errors.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import type { Matrix } from '../../matrix/matrix.ts';
import type { Workloads } from '../../matrix/workload/workload-catalog.ts';
import type { ProgressSink } from '../../progress/event.ts';
import { cacheFolder } from '../../project.ts';
import type { PreparedHost } from '../../run/prepared-run.ts';
import { readHostEnvironment } from '../../store/environment.ts';
import { CommitNames } from '../report/commit-names.ts';
import type { Action } from '../search/action.ts';
import type { Conclusion } from '../search/conclusion.ts';
import type { Direction } from '../search/ends.ts';
import type { Ledger } from '../search/ledger.ts';
import type { Observation } from '../search/observation.ts';
import type { Limits, SearchOptions } from '../search/options.ts';
import { replay, type SearchHeader } from '../search/search-log.ts';
import { KernelTree } from '../tree/kernel-tree.ts';
import { readFixups, SourceRepository } from '../tree/source-repository.ts';
import { bisectCommits } from './bisect-commits.ts';
import { BisectionFolder } from './bisection-folder.ts';
import { BisectionLog } from './bisection-log.ts';
import {
  type BisectionRecord,
  type Conditions,
  differences,
  readBisectionRecord,
  writeBisectionRecord,
} from './bisection-record.ts';
import { takeEarlierBoots } from './earlier-boots.ts';
import { GuestLaboratory } from './guest-laboratory.ts';
import type { Cells } from './subject.ts';

/** What is bisected. */
export interface BisectionSubject {
  /** Folder of the user's git tree. */
  tree: string;
  /** Revisions of the ends. */
  good: string;
  bad: string;
  terms: BisectionRecord['terms'];
  matrixFile: string;
  matrix: Matrix;
  cells: Cells;
  metric: string;
  worse: Direction;
  accelerator: AcceleratorRequest['requested'];
  /** Boots of the ends from earlier runs. */
  earlier?: BisectionRecord['earlier'];
}

/** The parameters of a new bisection. */
export interface BisectionRequest extends BisectionSubject {
  firstParent: boolean;
  paths: readonly string[];
  /** Revisions or ranges that must not be tested. */
  skip: readonly string[];
  /** Paths of patches. */
  fixups: readonly string[];
  jobs: number;
  command: readonly string[];
  /** The folder in which to create the bisection's folder. */
  results: string;
  search: Pick<SearchOptions, 'seed' | 'boots' | 'bootsPerCommit' | 'trustEnds' | 'revert' | 'budgetSeconds'>;
}

/** A bisection on disk that is not being carried out yet. */
export interface StoredBisection {
  folder: BisectionFolder;
  record: BisectionRecord;
}

/**
 * Creates the folder of a bisection with its record and log; builds nothing.
 * @throws UsageError BISECT_TREE, BISECT_REVISION, BISECT_RANGE, KERNEL_PATCH_UNREADABLE
 */
export async function beginBisection(
  request: BisectionRequest,
  signal: AbortSignal,
): Promise<StoredBisection> {
  const tree = await KernelTree.open(request.tree, { signal });
  const bad = await tree.commitOf(request.bad);
  const named = await tree.commitOf(request.good);
  const good = await tree.forkPoint(named, bad);
  const { firstParent, paths, cells } = request;
  const commits = await tree.readHistory({ good, bad, firstParent, paths });
  const skipped = (await Promise.all(request.skip.map(one => tree.commitsOf(one)))).flat();
  const fixups = await readFixups(request.fixups);
  const header: SearchHeader = {
    bisect: 'modstorm',
    version: 1,
    commits: commits.map(commit => ({ ...commit, parents: [...commit.parents] })),
    options: { ...request.search, ...searchDefaults, worse: request.worse, cells: cells.length },
  };
  const folder = await BisectionFolder.create(request.results, request.matrix.name, new Date());
  const record: BisectionRecord = {
    version: 1,
    run: folder.name,
    startedAt: new Date().toISOString(),
    command: [...request.command],
    tree: tree.path,
    good: request.good,
    bad: request.bad,
    ...(good !== named && { forkPoint: good }),
    terms: request.terms,
    firstParent,
    paths: [...paths],
    fixups,
    matrixFile: request.matrixFile,
    matrixText: request.matrix.text,
    cells: cells.map(({ id, label }) => ({ id, label })),
    workload: cells[0].workload.name,
    metric: request.metric,
    accelerator: request.accelerator,
    jobs: request.jobs,
    ...(request.earlier && { earlier: request.earlier }),
  };
  await writeBisectionRecord(folder.recordFile, record);
  await using log = await BisectionLog.create(folder.logFile, header);
  const known = new Set(commits.map(({ id }) => id));
  for (const commit of skipped.filter(id => known.has(id))) await log.append(skipOf(commit));
  return { folder, record };
}

const searchDefaults = { confidence: 0.98, expectedSeconds: { build: 120, boot: 5 } } as const;

function skipOf(commit: string): Observation {
  const title = 'it was to be skipped';
  return { type: 'untestable', commit, purpose: { stage: 'search' }, seconds: 0, cause: 'asked', title };
}

/** The dependencies for carrying out a bisection. */
export interface BisectionRun {
  matrix: Matrix;
  cells: Cells;
  workloads: Workloads;
  signal: AbortSignal;
  sink: ProgressSink;
  /** Called before each action. */
  onAction?: (action: Action, ledger: Ledger, names: CommitNames) => void;
}

/** The state of a bisection after it was carried out. */
export interface BisectionState {
  /** Undefined if it was interrupted. */
  conclusion: Conclusion | undefined;
  ledger: Ledger;
  names: CommitNames;
}

/**
 * Carries out a bisection until it concludes or is interrupted.
 * @throws UsageError RUN_CHANGED if the host has changed; InfrastructureError, which says nothing about a commit
 */
export async function runBisection(
  { folder, record }: StoredBisection,
  run: BisectionRun,
): Promise<BisectionState> {
  const { signal, sink } = run;
  const tree = await KernelTree.open(record.tree, { signal });
  const sources = await SourceRepository.open(tree, record.fixups, cacheFolder(), { signal });
  const { log, content } = await BisectionLog.resume(folder.logFile);
  await using _ = log;
  const ledger = replay(content, folder.logFile);
  const names = new CommitNames(
    await tree.describe(ledger.history.commits.map(({ id }) => id)),
    record.cells.map(({ label }) => label),
  );
  const laboratory = new GuestLaboratory({
    matrix: run.matrix,
    cells: run.cells,
    workloads: run.workloads,
    sources,
    folder: folder.run,
    metric: record.metric,
    requested: record.accelerator,
    cores: record.jobs,
    signal,
    sink,
    onHost: host => keepConditions(folder, record, host),
  });
  const append = (observation: Observation) => log.append(observation);
  if (record.earlier) {
    const end = { commit: ledger.badEnd, purpose: { stage: 'ends' } } as const;
    const host = async () => conditionsOf(await laboratory.hostFor(end));
    await takeEarlierBoots({ ledger, laboratory, earlier: record.earlier, host, append });
  }
  const conclusion = await bisectCommits({
    ledger,
    laboratory,
    metric: record.metric,
    signal,
    append,
    onAction: action => run.onAction?.(action, ledger, names),
  });
  return { conclusion, ledger, names };
}

/** Records the conditions of the boots; boots of different hosts must not be compared. */
async function keepConditions(
  folder: BisectionFolder,
  record: BisectionRecord,
  host: PreparedHost,
): Promise<void> {
  const now = conditionsOf(host);
  const then = record.conditions;
  if (then === undefined) {
    record.conditions = now;
    return writeBisectionRecord(folder.recordFile, record);
  }
  const changed = differences(now, then);
  if (changed.length === 0) return;
  throw new UsageError('RUN_CHANGED', `${record.run} cannot be resumed: ${changed.join(', ')} changed`, {
    hint: 'Resume it on the host where it was started, or start a new bisection: boots of two hosts must not be compared.',
  });
}

function conditionsOf({ proof, qemuVersion }: PreparedHost): Conditions {
  const { cpuModel } = readHostEnvironment();
  return { cpuModel, qemu: qemuVersion, accelerator: proof.accelerator };
}

/** Changes the limits of a bisection that is resumed. @throws InfrastructureError LOCK_HELD, BISECT_LOG_DAMAGED, FILE_VERSION */
export async function setLimits(
  { folder }: Pick<StoredBisection, 'folder'>,
  limits: Omit<Limits, 'type'>,
): Promise<void> {
  const { log } = await BisectionLog.resume(folder.logFile);
  await using _ = log;
  await log.append({ type: 'limits', ...limits });
}

/** Opens a bisection. @throws UsageError BISECT_UNKNOWN; InfrastructureError FILE_DAMAGED, FILE_VERSION */
export async function openBisection(reference: string, results: string): Promise<StoredBisection> {
  const folder = await BisectionFolder.open(reference, results);
  return { folder, record: await readBisectionRecord(folder.recordFile) };
}
