import { randomUUID } from 'node:crypto';
import { freemem } from 'node:os';
import { debugError } from '../debug.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { Trial } from '../plan/trial.ts';
import type { ProgressSink } from '../progress/event.ts';
import type { Journal } from '../store/journal.ts';
import type { RunFolder } from '../store/run-folder.ts';
import { lostTrialRecord } from '../trial/trial-record.ts';
import { runTrial, trialCost } from '../trial/trial-runner.ts';
import { type PreparedRun, preparedCell } from './prepared-run.ts';
import { schedule } from './scheduler.ts';

/** Options of `executeTrials`. */
export interface TrialExecution {
  prepared: PreparedRun;
  /** The remaining trials, in planned order. */
  trials: readonly Trial[];
  folder: RunFolder;
  journal: Journal;
  signal: AbortSignal;
  sink: ProgressSink;
  stillWanted?: (trial: Trial) => boolean;
  /** Called with each record after it is in the journal. */
  onRecord?: (trial: Trial, record: TrialRecord) => void;
}

/**
 * Boots the trials, packed on the host, and appends each record to the journal as it comes. A trial that the host
 * failed is recorded as such, and ends the run: the next one would fail as well.
 * @throws whatever `runTrial` throws; InfrastructureError JOURNAL_WRITE_FAILED
 */
export async function executeTrials(options: TrialExecution): Promise<void> {
  const { prepared, sink, folder, signal, journal } = options;
  const capacity = { cores: prepared.host.cores, memoryBytes: Math.floor(freemem() * 0.8) };
  // Monotonic times of two processes may be of two boots of the host.
  const base = randomUUID();
  const conclude = async (trial: Trial, record: TrialRecord) => {
    await journal.append(record);
    options.onRecord?.(trial, record);
    sink({ type: 'trial-finished', trial, record });
  };
  await schedule({
    trials: options.trials,
    capacity,
    cost: trial => trialCost(trial, prepared.host),
    signal,
    stillWanted: options.stillWanted,
    runTrial: async trial => {
      const startedAt = new Date();
      const since = process.hrtime.bigint();
      const clock = { base, startNs: Number(since) };
      sink({ type: 'trial-started', trial });
      try {
        const record = await runTrial({
          trial,
          prepared: preparedCell(prepared, trial),
          host: prepared.host,
          folder,
          jobs: capacity.cores,
          signal,
          onPhase: phase => sink({ type: 'trial-phase', trial, phase }),
        });
        return { ...record, clock };
      } catch (error) {
        // A disk that takes no evidence may take no record either; a trial without one is done again as well.
        const durationNs = Number(process.hrtime.bigint() - since);
        const lost = lostTrialRecord(trial, { startedAt, durationNs }, error);
        await conclude(trial, { ...lost, clock }).catch(debugError);
        throw error;
      }
    },
    onRecord: conclude,
  });
}
