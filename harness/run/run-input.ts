import type { AcceleratorRequest } from '../machine/accelerator.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { WorkloadDefinition } from '../matrix/workload/workload.ts';
import type { Shard } from '../plan/shard.ts';
import type { Plan } from '../plan/trial.ts';
import type { RunFolder } from '../store/run-folder.ts';
import type { RunRecord } from '../store/run-record.ts';

/** A run that is about to begin or to go on. */
export interface RunInput {
  matrixFile: string;
  matrix: Matrix;
  plan: Plan;
  workloads: Map<string, WorkloadDefinition>;
  requested: AcceleratorRequest['requested'];
  jobs: number;
  /** Set when the run calibrates the judge; see RunRecord. */
  calibration?: RunRecord['calibration'];
  /** Of the run that goes on. */
  earlier?: { folder: RunFolder; record: RunRecord };
}
/** What executing a run depends on beside its input. */
export interface ExecuteOptions {
  /** Where run folders are made. */
  results: string;
  shard?: Shard;
  /** Standard output is for one JSON document. */
  json?: boolean;
}

/** What executing a run may touch of the world; a command hands in its own context. */
export interface RunContext {
  environment: NodeJS.ProcessEnv;
  /** Aborted by SIGINT or SIGTERM. */
  signal: AbortSignal;
  /** Whether standard error is a terminal, so that a live display makes sense. */
  interactive: boolean;
}
