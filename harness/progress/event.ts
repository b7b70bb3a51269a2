import type { TrialPhase, TrialRecord } from '../measurement/record.ts';
import type { Trial } from '../plan/trial.ts';
import type { StepProgress } from '../step.ts';

/** What happens during a run; the live terminal, the plain lines and tests all read the same stream. */
export type ProgressEvent =
  | {
      type: 'run-started';
      run: string;
      folder: string;
      trials: number;
      cells: number;
      accelerator: string;
      jobs: number;
      /** What is still to run; lets the time left be told from vCPUs instead of from an overall mean. */
      planned?: readonly Trial[];
    }
  | ({ type: 'step-started' } & StepProgress)
  | ({ type: 'step-progress' } & StepProgress)
  | ({ type: 'step-finished'; cached: boolean; durationNs: number } & StepProgress)
  | { type: 'trial-started'; trial: Trial }
  | { type: 'trial-phase'; trial: Trial; phase: TrialPhase }
  | { type: 'trial-finished'; trial: Trial; record: TrialRecord }
  /** What is done just now and why, most important first; replaces what was told before. */
  | { type: 'status'; lines: readonly string[] }
  | { type: 'warning'; message: string; hint?: string }
  | { type: 'run-finished'; interrupted: boolean };

/** Receives progress; must never throw. */
export type ProgressSink = (event: ProgressEvent) => void;
