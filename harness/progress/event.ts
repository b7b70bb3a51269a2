import type { TrialPhase, TrialRecord } from '../measurement/record.ts';
import type { Trial } from '../plan/trial.ts';
import type { StepProgress } from '../step.ts';

/** Events during a run. The live display, the plain lines and the tests all use the same stream. */
export type ProgressEvent =
  | {
      type: 'run-started';
      run: string;
      folder: string;
      trials: number;
      cells: number;
      accelerator: string;
      jobs: number;
      /** The trials still to run, so that the remaining time can be estimated by vCPUs instead of an overall mean. */
      planned?: readonly Trial[];
    }
  | ({ type: 'step-started' } & StepProgress)
  | ({ type: 'step-progress' } & StepProgress)
  | ({ type: 'step-finished'; cached: boolean; durationNs: number } & StepProgress)
  | { type: 'trial-started'; trial: Trial }
  | { type: 'trial-phase'; trial: Trial; phase: TrialPhase }
  | { type: 'trial-finished'; trial: Trial; record: TrialRecord }
  /** The current activity and its reason, most important first. Replaces the previous status. */
  | { type: 'status'; lines: readonly string[] }
  | { type: 'warning'; message: string; hint?: string }
  | { type: 'run-finished'; interrupted: boolean };

/** Receives progress; must never throw. */
export type ProgressSink = (event: ProgressEvent) => void;
