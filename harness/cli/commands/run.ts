import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import type { Matrix } from '../../matrix/matrix.ts';
import { makePlan } from '../../plan/plan.ts';
import type { Shard } from '../../plan/shard.ts';
import { ownCommand } from '../../project.ts';
import { exitCodeOfRun } from '../../report/run-exit-code.ts';
import { reportRun } from '../../report/run-report.ts';
import { executeRun } from '../../run/execute-run.ts';
import { requestedAccelerator } from '../../run/requested-accelerator.ts';
import type { RunInput } from '../../run/run-input.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { removeAbandoned } from '../abandoned.ts';
import { concludeRun } from '../conclude-run.ts';
import type { CommandContext } from '../context.ts';
import { readMatrix, restoreMatrix } from '../inputs.ts';
import type { FormatOptions } from '../options.ts';

/** Options of `modstorm run`, as commander passes them. */
export interface RunOptions extends FormatOptions {
  accel: AcceleratorRequest['requested'];
  filter: string[];
  results: string;
  jobs?: number;
  repetitions?: number;
  resume?: string;
  seed?: number;
  shard?: Shard;
}

/**
 * `modstorm run`: plan, build, boot, collect, report. An interrupted run closes its journal, reports what it has
 * and can be resumed.
 */
export async function runCommand(
  reference: string,
  options: RunOptions,
  context: CommandContext,
): Promise<number> {
  await removeAbandoned(options.results, context.environment);
  const input =
    options.resume === undefined
      ? await newRun(reference, options)
      : await resumedRun(options.resume, options);
  return finishRun(await executeRun(input, options, context), options, context);
}

async function newRun(reference: string, options: RunOptions): Promise<RunInput> {
  const { file, matrix, workloads } = await readMatrix(reference);
  refuseBeyondLooks(matrix, options.repetitions);
  refuseUnsharedSeed(options);
  const plan = makePlan(matrix, {
    seed: options.seed ?? randomInt(2 ** 32),
    filters: options.filter,
    repetitions: options.repetitions,
    shard: options.shard,
  });
  const requested = requestedAccelerator(matrix.require, options.accel);
  return {
    matrixFile: file,
    matrix,
    plan,
    workloads,
    requested,
    jobs: options.jobs ?? availableParallelism(),
  };
}

/** Shards with different seeds are different plans. A drawn seed would only be noticed after all of them had run. */
function refuseUnsharedSeed({ shard, seed }: RunOptions): void {
  if (shard === undefined || shard.count === 1 || seed !== undefined) return;
  throw new UsageError('SHARD_SEED', `--shard ${shard.index}/${shard.count} needs a --seed`, {
    hint: 'Give all shards the same one, such as the number of the CI pipeline, or `modstorm merge` cannot merge them.',
  });
}

/** Boots after the last look could never count: by then alpha is spent. */
function refuseBeyondLooks({ trials, compare }: Matrix, repetitions: number | undefined): void {
  if (trials.kind !== 'looks' || compare === undefined || repetitions === undefined) return;
  const last = Math.max(...trials.looks);
  if (repetitions <= last) return;
  throw new UsageError(
    'REPETITIONS_LOOKS',
    `--repetitions ${repetitions} is more than the last look, ${last}`,
    {
      hint: 'Declare looks for that many boots in the matrix: they must be fixed before any data is seen.',
    },
  );
}

/**
 * The run as it was planned: its stored copy of the matrix counts, not today's file.
 * @throws UsageError RESUME_FIXED, RESUME_MERGED, RUN_UNKNOWN
 */
export async function resumedRun(
  reference: string,
  options: Pick<RunOptions, 'filter' | 'repetitions' | 'seed' | 'shard' | 'results'>,
): Promise<RunInput> {
  if (
    options.filter.length > 0 ||
    options.repetitions !== undefined ||
    options.seed !== undefined ||
    options.shard
  ) {
    throw new UsageError('RESUME_FIXED', '--resume cannot change the plan of a run', {
      hint: 'Leave out --filter, --repetitions, --seed and --shard, or start a new run.',
    });
  }
  const folder = await RunFolder.open(reference, options.results);
  const record = await folder.readRun();
  if (record.shards !== undefined) {
    throw new UsageError('RESUME_MERGED', `${record.run} was merged from shards, which ran on other hosts`, {
      hint: 'Resume the shard that is unfinished, then merge again.',
    });
  }
  const { matrix, workloads } = await restoreMatrix(record.matrix.text, record.matrixFile);
  // The sides of a calibration are equal by design, so no look may stop it early.
  if (record.calibration) delete matrix.compare;
  return {
    matrixFile: record.matrixFile,
    matrix,
    plan: await folder.readPlan(),
    workloads,
    requested: record.accelerator.requested,
    jobs: record.jobs,
    calibration: record.calibration,
    earlier: { folder, record },
  };
}

/** Writes the reports of a run into its folder, prints one, and returns the exit code. */
async function finishRun(folder: RunFolder, options: RunOptions, context: CommandContext): Promise<number> {
  const content = await folder.load();
  const path = relative('', folder.path) || '.';
  const report = reportRun(content, path);
  await concludeRun(folder, report, options, context);
  const interrupted = context.interruption();
  if (interrupted !== undefined)
    context.stderr(`modstorm: interrupted; resume with: ${ownCommand.join(' ')} run --resume ${path}\n`);
  return exitCodeOfRun(content.records, { interrupted, verdict: report.verdict });
}
