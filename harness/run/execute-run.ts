import { UsageError } from '../errors.ts';
import { SequentialRun } from '../judgement/sequential/sequential-run.ts';
import type { Outcome, TrialRecord } from '../measurement/record.ts';
import type { Plan, Trial } from '../plan/trial.ts';
import type { ProgressSink } from '../progress/event.ts';
import { createProgress } from '../progress/progress.ts';
import { Journal } from '../store/journal.ts';
import { RunFolder } from '../store/run-folder.ts';
import type { RunRecord } from '../store/run-record.ts';
import { prepareRun } from './prepared-run.ts';
import { describeRun } from './run-description.ts';
import { executeTrials } from './run-execution.ts';
import type { ExecuteOptions, RunContext, RunInput } from './run-input.ts';

/** Prepares and executes a run with a progress display. Returns its folder and contents. */
export async function executeRun(
  input: RunInput,
  options: ExecuteOptions,
  context: RunContext,
): Promise<RunFolder> {
  const display = createProgress({ ...context, interactive: context.interactive && !options.json });
  try {
    return await execute(input, options, context, display.sink);
  } finally {
    display.close();
  }
}

async function execute(
  input: RunInput,
  options: ExecuteOptions,
  context: RunContext,
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
      hint: 'Times do not reflect real hardware, but counters do.',
    });
  }
  const folder =
    input.earlier?.folder ??
    (await RunFolder.create(options.results, { matrixName: matrix.name, now: new Date() }));
  const record = await describeRun(folder, input, prepared, options);
  const { journal, records } = await openJournal(folder, input, record);
  await using _ = journal;
  const sequential = new SequentialRun({ run: record, plan, records });
  const trials = remainingTrials(plan, records).filter(trial => sequential.stillWanted(trial));
  sink({
    type: 'run-started',
    run: folder.name,
    folder: folder.path,
    trials: trials.length,
    cells: plan.cells.length,
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

/** The journal to append to, and the records of an earlier part of the run. */
async function openJournal(
  folder: RunFolder,
  input: RunInput,
  record: RunRecord,
): Promise<{ journal: Journal; records: readonly TrialRecord[] }> {
  // A run whose folder was renamed keeps its name.
  const facts = { run: (input.earlier?.record ?? record).run, plan: input.plan };
  if (input.earlier) {
    refuseChanged(input.earlier.record, record);
    const { journal, content } = await Journal.resume(folder.journalFile, facts);
    return { journal, records: content.records };
  }
  await folder.writeRun(record);
  await folder.writePlan(input.plan);
  return { journal: await Journal.create(folder.journalFile, facts), records: [] };
}

/** Refuses to resume with a different kernel or image, which would mix two populations in one sample. */
function refuseChanged(earlier: RunRecord, now: RunRecord): void {
  const facts = (record: RunRecord) => ({
    accelerator: record.accelerator.accelerator,
    'CPU of the guests': record.accelerator.cpu ?? 'host',
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
    `${earlier.run} cannot be resumed: ${changed.join(', ')} changed since it began`,
    {
      hint: 'Start a new run: samples of two setups must not be mixed.',
    },
  );
}

/** Outcomes that say nothing about the guest. A resumed run repeats these trials. */
const repeatable: ReadonlySet<Outcome['kind']> = new Set(['interrupted', 'infrastructure']);
/** The trials of a plan that a resumed run still has to do, in planned order. */
export function remainingTrials(plan: Plan, records: readonly TrialRecord[]): Trial[] {
  const done = new Set(
    records.filter(record => !repeatable.has(record.outcome.kind)).map(record => record.trial),
  );
  return plan.trials.filter(trial => !done.has(trial.id));
}
