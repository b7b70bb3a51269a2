import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { UsageError } from '../errors.ts';
import type { AcceleratorRequest } from '../machine/accelerator.ts';
import { loadMatrix } from '../matrix/load.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { WorkloadDefinition } from '../matrix/workload.ts';
import { makePlan } from '../plan/plan.ts';
import type { Shard } from '../plan/shard.ts';
import type { Plan } from '../plan/trial.ts';
import { runProgram } from '../process/program.ts';
import type { Shutdown } from '../process/shutdown.ts';
import type { ProgressSink } from '../progress/event.ts';
import { createProgress } from '../progress/progress.ts';
import { projectPath } from '../project.ts';
import { renderJsonReport } from '../report/json.ts';
import { buildReportModel } from '../report/report-model.ts';
import { renderTerminalReport } from '../report/terminal.ts';
import { readHostEnvironment } from '../store/environment.ts';
import { Journal, readJournal } from '../store/journal.ts';
import { remainingTrials } from '../store/remaining-trials.ts';
import { RunFolder } from '../store/run-folder.ts';
import type { RunRecord } from '../store/run-record.ts';
import {
  distinctCells,
  executeTrials,
  type PreparedRun,
  prepareRun,
  qemuProgram,
} from '../trial/run-execution.ts';
import { SequentialRun } from '../trial/sequential-run.ts';
import { concludeRun } from './conclude-run.ts';
import type { CommandContext } from './context.ts';
import { exitCodeOfRun, exitCodes } from './exit-code.ts';
import { fragmentNames, readMatrix, readWorkloads } from './inputs.ts';
import { renderError } from './render-error.ts';

/** Options of `modstorm run`, as commander hands them over. */
export interface RunOptions {
  accel: AcceleratorRequest['requested'];
  filter: string[];
  results: string;
  jobs?: number;
  json?: boolean;
  repetitions?: number;
  resume?: string;
  seed?: number;
  shard?: Shard;
}

/** A run that is about to begin or to go on. */
interface RunInput {
  matrixFile: string;
  matrix: Matrix;
  plan: Plan;
  workloads: Map<string, WorkloadDefinition>;
  requested: AcceleratorRequest['requested'];
  jobs: number;
  /** Of the run that goes on. */
  earlier?: { folder: RunFolder; record: RunRecord };
}

/**
 * `modstorm run`: plan, build, boot, collect, report. An interrupted run closes its journal, reports what it has and
 * can be resumed.
 */
export async function runCommand(
  reference: string,
  options: RunOptions,
  context: CommandContext & { shutdown: Shutdown },
): Promise<number> {
  const input =
    options.resume === undefined
      ? await newRun(reference, options)
      : await resumedRun(options.resume, options);
  const display = createProgress({
    stream: process.stderr,
    interactive: context.interactive && !options.json,
    environment: context.environment,
  });
  let folder: RunFolder;
  try {
    folder = await execute(input, options, context, display.sink);
  } finally {
    display.close();
  }
  return reportRun(folder, options, context);
}

async function newRun(reference: string, options: RunOptions): Promise<RunInput> {
  const { file, matrix, workloads } = await readMatrix(reference);
  refuseBeyondLooks(matrix, options.repetitions);
  const plan = makePlan(matrix, {
    seed: options.seed ?? randomInt(2 ** 32),
    filters: options.filter,
    ...(options.repetitions !== undefined && { repetitions: options.repetitions }),
    ...(options.shard && { shard: options.shard }),
  });
  const requested = matrix.require.accel ?? options.accel;
  return {
    matrixFile: file,
    matrix,
    plan,
    workloads,
    requested,
    jobs: options.jobs ?? availableParallelism(),
  };
}

/** Boots behind the last look could never count: alpha is spent by then. */
function refuseBeyondLooks({ trials, compare }: Matrix, repetitions: number | undefined): void {
  if (trials.kind !== 'looks' || compare === undefined || repetitions === undefined) return;
  const last = Math.max(...trials.looks);
  if (repetitions <= last) return;
  throw new UsageError(
    'REPETITIONS_LOOKS',
    `--repetitions ${repetitions} goes beyond the last look, ${last}`,
    {
      hint: 'Declare the looks for so many boots in the matrix: they must be fixed before any is seen.',
    },
  );
}

/** The run as it was planned: its own text of the matrix counts, not what the file says today. */
async function resumedRun(reference: string, options: RunOptions): Promise<RunInput> {
  if (
    options.filter.length > 0 ||
    options.repetitions !== undefined ||
    options.seed !== undefined ||
    options.shard
  ) {
    throw new UsageError('RESUME_FIXED', '--resume takes the plan as it is', {
      hint: 'Leave out --filter, --repetitions, --seed and --shard, or start a new run.',
    });
  }
  const folder = await RunFolder.open(reference, options.results);
  const record = await folder.readRun();
  const workloads = await readWorkloads();
  const matrix = loadMatrix(record.matrix.text, {
    file: record.matrixFile,
    workloads,
    fragments: await fragmentNames(),
  });
  return {
    matrixFile: record.matrixFile,
    matrix,
    plan: await folder.readPlan(),
    workloads,
    requested: record.accelerator.requested,
    jobs: record.jobs,
    earlier: { folder, record },
  };
}

async function execute(
  input: RunInput,
  options: RunOptions,
  context: CommandContext,
  sink: ProgressSink,
): Promise<RunFolder> {
  const { matrix, plan, workloads, requested, jobs } = input;
  const prepared = await prepareRun({
    matrix,
    plan,
    workloads,
    requested,
    cores: jobs,
    signal: context.signal,
    sink,
  });
  if (requested === 'auto' && prepared.proof.accelerator === 'tcg') {
    sink({
      type: 'warning',
      message: `emulation (TCG) is used: ${prepared.proof.reason}`,
      hint: 'Times are not those of real hardware; counters are real.',
    });
  }
  const folder =
    input.earlier?.folder ??
    (await RunFolder.create(options.results, { matrixName: matrix.name, now: new Date() }));
  const record = await describeRun(folder, input, prepared, options);
  await using journal = await openJournal(folder, input, record);
  const records = input.earlier ? (await readJournal(folder.journalFile)).records : [];
  const sequential = new SequentialRun(record, plan, records);
  const trials = remainingTrials(plan, records).filter(trial => sequential.stillWanted(trial));
  sink({
    type: 'run-started',
    run: folder.name,
    folder: folder.path,
    trials: trials.length,
    cells: distinctCells(plan).length,
    planned: trials,
    accelerator: prepared.proof.accelerator,
    jobs,
  });
  await executeTrials({
    ...{ prepared, trials, folder, journal, signal: context.signal, sink },
    stillWanted: trial => sequential.stillWanted(trial),
    onRecord: (_, one) => sequential.add(one),
  });
  sink({ type: 'run-finished', interrupted: context.signal.aborted });
  return folder;
}

async function openJournal(folder: RunFolder, input: RunInput, record: RunRecord): Promise<Journal> {
  if (input.earlier) {
    refuseChanged(input.earlier.record, record);
    return (await Journal.resume(folder.journalFile, { run: folder.name, planDigest: input.plan.digest }))
      .journal;
  }
  await folder.writeRun(record);
  await folder.writePlan(input.plan);
  return Journal.create(folder.journalFile, { run: folder.name, planDigest: input.plan.digest });
}

/** Trials of another kernel or image under the same name would be one sample of two things. */
function refuseChanged(earlier: RunRecord, now: RunRecord): void {
  const facts = (record: RunRecord) => ({
    accelerator: record.accelerator.accelerator,
    'QEMU version': record.qemu.version,
    'CPU model': record.host.cpuModel,
    kernels: JSON.stringify(
      record.kernels.map(kernel => [kernel.kernel, kernel.config, kernel.objectDigest]),
    ),
    images: JSON.stringify(record.images.map(image => image.key)),
  });
  const [before, after] = [facts(earlier), facts(now)];
  const changed = Object.keys(before).filter(
    key => before[key as keyof typeof before] !== after[key as keyof typeof after],
  );
  if (changed.length === 0) return;
  throw new UsageError(
    'RUN_CHANGED',
    `${earlier.run} cannot go on: ${changed.join(', ')} changed since it began`,
    {
      hint: 'Start a new run: samples of two setups must not be mixed.',
    },
  );
}

async function describeRun(
  folder: RunFolder,
  input: RunInput,
  prepared: PreparedRun,
  options: RunOptions,
): Promise<RunRecord> {
  const { cells: _, ...matrix } = input.matrix;
  const cells = [...prepared.cells.values()];
  const kernels = new Map(
    cells.map(({ cell, kernel, fragments }) => [
      `${cell.kernel} ${fragments.join('+')}`,
      {
        kernel: cell.kernel,
        config: fragments.join('+') || 'plain',
        key: kernel.key,
        release: kernel.release,
        ...(kernel.buildId !== undefined && { buildId: kernel.buildId }),
        objectDigest: kernel.objectDigest,
        origin: kernel.origin,
      },
    ]),
  );
  const images = new Map<string, RunRecord['images'][number]>();
  for (const { cell, image } of cells) {
    const entry = images.get(image.key) ?? {
      key: image.key,
      bytes: image.bytes,
      versions: image.versions,
      cells: [],
    };
    entry.cells.push(cell.id);
    images.set(image.key, entry);
  }
  return {
    version: 1,
    run: folder.name,
    startedAt: input.earlier?.record.startedAt ?? new Date().toISOString(),
    tool: await describeTool(),
    command: process.argv.slice(2),
    matrix,
    matrixFile: relative('', input.matrixFile) || input.matrixFile,
    seed: input.plan.seed,
    planDigest: input.plan.digest,
    host: readHostEnvironment(),
    qemu: { path: qemuProgram, version: prepared.qemuVersion },
    accelerator: prepared.proof,
    jobs: input.jobs,
    kernels: [...kernels.values()],
    images: [...images.values()],
    workloads: Object.fromEntries(cells.map(({ workload }) => [workload.name, workload.version])),
    workloadMetrics: Object.fromEntries(cells.map(({ workload }) => [workload.name, workload.metrics])),
    ...(options.shard && { shard: options.shard }),
  };
}

/** modstorm's version, and its revision when it runs from a git checkout. */
async function describeTool(): Promise<RunRecord['tool']> {
  const { version } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { version: string };
  const git = await runProgram('git', ['-C', projectPath('.'), 'rev-parse', '--short=12', 'HEAD'], {
    accept: 'any',
  }).catch(
    // Without git there is no revision to name.
    () => undefined,
  );
  return git?.code === 0 ? { version, revision: git.stdout.trim() } : { version };
}

/** Writes the report and the verdict in all their forms into the run's folder, prints them, and says how it went. */
async function reportRun(
  folder: RunFolder,
  options: RunOptions,
  context: CommandContext & { shutdown: Shutdown },
): Promise<number> {
  const { records } = await readJournal(folder.journalFile);
  const [run, plan] = [await folder.readRun(), await folder.readPlan()];
  const model = buildReportModel(run, plan, records);
  const judged = await concludeRun(folder, { run, plan, records });
  const path = relative('', folder.path) || '.';
  const text = renderTerminalReport(model, { path });
  const json = renderJsonReport(model, { path, ...(judged.document && { comparison: judged.document }) });
  await folder.writeReport('report.txt', text);
  await folder.writeReport('report.json', json);
  context.stdout(options.json ? json : judged.text ? `${text}\n${judged.text}` : text);
  if (judged.error) context.stderr(renderError(judged.error));
  const interrupted = context.shutdown.exitCode;
  if (interrupted !== undefined) {
    context.stderr(`modstorm: interrupted; go on with: npm run -s modstorm -- run --resume ${path}\n`);
  }
  const code = exitCodeOfRun(records, {
    ...(interrupted !== undefined && { interrupted }),
    regressed: judged.regressed,
  });
  // A run that was to give a verdict and could not has an unknown one.
  return judged.error && interrupted === undefined ? exitCodes.infrastructure : code;
}
