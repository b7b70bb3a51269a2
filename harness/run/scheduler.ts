import { debug } from '../debug.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { Trial } from '../plan/trial.ts';
import { ResourcePool, type Resources } from '../trial/resources.ts';

/** What the scheduler needs to know and to call. */
export interface SchedulerOptions {
  trials: readonly Trial[];
  /** The resources of the host for guests. */
  capacity: Resources;
  /** The resources that a trial uses while it runs. */
  cost: (trial: Trial) => Resources;
  /** Runs one trial; its failures are outcomes. A rejection ends the whole schedule. */
  runTrial: (trial: Trial) => Promise<TrialRecord>;
  /** Called once per finished trial, before another takes its place. Writes the journal. */
  onRecord: (trial: Trial, record: TrialRecord) => Promise<void>;
  /** If aborted, nothing new starts. Running trials are awaited (they get the same signal). */
  signal: AbortSignal;
  /** Called before a trial starts. Returning false skips it (a sequential design has decided its cell). */
  stillWanted?: ((trial: Trial) => boolean) | undefined;
}

/**
 * Runs trials in planned order, packed by cores and memory. A trial may overtake another trial of its own block, but
 * never one of an earlier block: the samples of every cell stay spread evenly over the run, which is the purpose of the
 * randomised blocks.
 */
export async function schedule(options: SchedulerOptions): Promise<void> {
  const pool = new ResourcePool(options.capacity);
  const pending = [...options.trials];
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;

  const execute = async (trial: Trial, taken: Resources) => {
    try {
      const record = await options.runTrial(trial);
      debug('schedule', () => `${trial.id} ended: ${record.outcome.kind}`);
      await options.onRecord(trial, record);
    } catch (error) {
      debug('schedule', () => `${trial.id} failed: ${error}`);
      failure ??= { error };
    } finally {
      pool.release(taken);
    }
  };
  const start = (trial: Trial, taken: Resources) => {
    debug('schedule', () => `${trial.id} starts with ${taken.cores} cores, ${pending.length} wait`);
    const done = execute(trial, taken);
    running.add(done);
    void done.then(() => running.delete(done));
  };

  for (;;) {
    while (!failure && !options.signal.aborted) {
      const next = takeNext(pending, pool, options);
      if (!next) break;
      start(next.trial, next.taken);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (failure) throw failure.error;
}

/** The first trial of the earliest pending block that fits. Removes it, and unwanted trials, from `pending`. */
function takeNext(
  pending: Trial[],
  pool: ResourcePool,
  options: SchedulerOptions,
): { trial: Trial; taken: Resources } | undefined {
  const block = pending[0]?.repetition;
  for (let index = 0; index < pending.length; ) {
    const trial = pending[index];
    if (trial === undefined || trial.repetition !== block) break;
    if (options.stillWanted?.(trial) === false) {
      debug('schedule', () => `${trial.id} is no longer wanted`);
      pending.splice(index, 1);
      if (index === 0) return takeNext(pending, pool, options);
      continue;
    }
    const taken = options.cost(trial);
    if (pool.tryTake(taken)) {
      pending.splice(index, 1);
      return { trial, taken };
    }
    index++;
  }
  return undefined;
}
