import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { UsageError } from '../../errors.ts';
import { calibrate } from '../../judgement/calibration.ts';
import { calibrateSessions } from '../../judgement/sessions/session-calibration.ts';
import { type Side, sideOfRun } from '../../judgement/side.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import type { TrialRecord } from '../../measurement/record.ts';
import { makePlan } from '../../plan/plan.ts';
import { ownCommand } from '../../project.ts';
import { renderCalibration } from '../../report/calibration.ts';
import { exitCodeOfRun } from '../../report/run-exit-code.ts';
import { renderSessionCalibration } from '../../report/session-calibration.ts';
import { executeRun } from '../../run/execute-run.ts';
import { requestedAccelerator } from '../../run/requested-accelerator.ts';
import type { RunInput } from '../../run/run-input.ts';
import { leastUntiedP } from '../../statistics/tests/rank-test.ts';
import { defaultAlpha } from '../../statistics/verdicts/analysis-request.ts';
import { logCalibration } from '../../store/calibration-log.ts';
import { runFacts } from '../../store/comparison-key.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { readSessions } from '../comparison-input.ts';
import type { CommandContext } from '../context.ts';
import { readMatrix } from '../inputs.ts';
import { resumedRun } from './run.ts';

/** Options of `modstorm calibrate`. */
export interface CalibrateOptions {
  accel: AcceleratorRequest['requested'];
  filter: string[];
  jobs?: number;
  json?: boolean;
  pairs: number;
  perSide?: number;
  results: string;
  resume?: string;
  seed?: number;
  /** Number of sessions to run, instead of A/A pairs inside one run. */
  sessions?: number;
}

const usualMatrix = 'matrices/smoke.yaml';

/** Default boots per side, unless the matrix has more: with fewer, the verdicts of a few cells could never raise an alarm. */
const usualPerSide = 8;

/**
 * `modstorm calibrate MATRIX`: boots every cell under two names between which nothing differs, judges them as if one
 * were new, and reports how often that gives a false alarm on this host. Always returns 0: the false alarms are the
 * result.
 * @param execute boots a run
 * @throws UsageError CALIBRATE_FEW, CALIBRATE_RESUME; errors of the matrix, of builds and of the host
 */
export async function calibrateCommand(
  reference: string | undefined,
  options: CalibrateOptions,
  context: CommandContext,
  execute = executeRun,
): Promise<number> {
  if (options.sessions !== undefined) return measureSessions(reference, options, context, execute);
  const input =
    options.resume === undefined
      ? await newCalibration(reference ?? usualMatrix, options)
      : await resumedCalibration(options.resume, options);
  const folder = await execute(input, options, context);
  return reportCalibration(folder, options, context);
}

/** Runs the same kernel several times, each run a session. Sessions already in the folder count as well. */
async function measureSessions(
  reference: string | undefined,
  options: CalibrateOptions,
  context: CommandContext,
  execute: typeof executeRun,
): Promise<number> {
  if (options.resume !== undefined) {
    throw new UsageError(
      'CALIBRATE_RESUME',
      '--sessions cannot be combined with --resume: the sessions of a kernel add up anyway',
      {
        hint: 'Leave out --resume and give the number of additional sessions.',
      },
    );
  }
  const sides: Side[] = [];
  const records: TrialRecord[] = [];
  let folder: RunFolder | undefined;
  for (let session = 0; session < (options.sessions ?? 0) && !context.signal.aborted; session++) {
    // Such a run holds no pair: the whole run is one side.
    const input = await newCalibration(reference ?? usualMatrix, { ...options, pairs: 0 });
    folder = await execute(input, options, context);
    const content = await folder.load();
    sides.push(sideOfRun(content));
    records.push(...content.records);
  }
  const sessions = await readSessions(sides, {
    results: options.results,
    baselines: join('results', 'baselines'),
  });
  const calibration = calibrateSessions(sides, sessions);
  const text = renderSessionCalibration(calibration);
  const json = `${JSON.stringify({ version: 1, ...calibration }, null, 2)}\n`;
  await folder?.writeReport('sessions.txt', text);
  await folder?.writeReport('sessions.json', json);
  context.stdout(options.json ? json : text);
  return exitCodeOfRun(records, { interrupted: context.interruption() });
}

async function newCalibration(reference: string, options: CalibrateOptions): Promise<RunInput> {
  const { file, matrix, workloads } = await readMatrix(reference);
  const own = matrix.trials.kind === 'fixed' ? matrix.trials.count : Math.max(...matrix.trials.looks);
  const calibration = { pairs: options.pairs, perSide: options.perSide ?? Math.max(own, usualPerSide) };
  if (leastUntiedP(calibration.perSide, calibration.perSide) > defaultAlpha) {
    throw new UsageError(
      'CALIBRATE_FEW',
      `--per-side ${calibration.perSide}: no test on so few boots can reach p = ${defaultAlpha}`,
      {
        hint: 'Use at least 4, or 8 for the verdicts of a matrix, which are corrected for all its metrics.',
      },
    );
  }
  const plan = makePlan(matrix, {
    seed: options.seed ?? randomInt(2 ** 32),
    filters: options.filter,
    repetitions: Math.max(1, calibration.pairs * 2) * calibration.perSide,
  });
  const { compare: _, ...plain } = matrix;
  return {
    matrixFile: file,
    matrix: plain,
    plan,
    workloads,
    requested: requestedAccelerator(matrix.require, options.accel),
    jobs: options.jobs ?? availableParallelism(),
    calibration,
  };
}

async function resumedCalibration(reference: string, options: CalibrateOptions): Promise<RunInput> {
  if (options.filter.length > 0 || options.seed !== undefined || options.perSide !== undefined) {
    throw new UsageError('RESUME_FIXED', '--resume cannot change the plan of a run', {
      hint: 'Leave out --filter, --seed and --per-side, or start a new calibration.',
    });
  }
  const input = await resumedRun(reference, { filter: [], results: options.results });
  if (input.calibration) return input;
  throw new UsageError('CALIBRATE_RESUME', `${input.earlier?.record.run ?? reference} is not a calibration`, {
    hint: 'Resume it with `modstorm run --resume`.',
  });
}

async function reportCalibration(
  folder: RunFolder,
  options: CalibrateOptions,
  context: CommandContext,
): Promise<number> {
  const content = await folder.load();
  const { run, plan, records } = content;
  const calibration = calibrate(content);
  const { verdicts, tests, pairs, perSide } = calibration;
  const host = await logCalibration(dirname(folder.path), {
    run: run.run,
    startedAt: run.startedAt,
    matrix: run.matrix.name,
    facts: runFacts(run),
    pairs,
    perSide,
    verdicts: { alarms: verdicts.alarms, of: verdicts.of },
    tests: { alarms: tests.alarms, of: tests.of },
  });
  const text = renderCalibration({ run: run.run, cells: plan.cells.length, calibration, host });
  const json = `${JSON.stringify({ version: 1, run: run.run, ...calibration, host }, null, 2)}\n`;
  await folder.writeReport('calibration.txt', text);
  await folder.writeReport('calibration.json', json);
  context.stdout(options.json ? json : text);
  const interrupted = context.interruption();
  if (interrupted !== undefined) {
    const path = relative('', folder.path) || '.';
    context.stderr(
      `modstorm: interrupted; resume with: ${ownCommand.join(' ')} calibrate --resume ${path}\n`,
    );
  }
  return exitCodeOfRun(records, { interrupted });
}
