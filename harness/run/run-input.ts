import type { AcceleratorRequest } from '../machine/accelerator.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { Workloads } from '../matrix/workload/workload-catalog.ts';
import type { Shard } from '../plan/shard.ts';
import type { Plan } from '../plan/trial.ts';
import type { RunFolder } from '../store/run-folder.ts';
import type { RunRecord } from '../store/run-record.ts';

/** A run to start or resume. */
export interface RunInput {
  matrixFile: string;
  matrix: Matrix;
  plan: Plan;
  workloads: Workloads;
  requested: AcceleratorRequest['requested'];
  jobs: number;
  /** Set if the run calibrates the judge; see RunRecord. */
  calibration?: RunRecord['calibration'];
  /** The run to resume. */
  earlier?: { folder: RunFolder; record: RunRecord };
}
/** Options for executing a run. */
export interface ExecuteOptions {
  /** Where to create run folders. */
  results: string;
  shard?: Shard;
  /** Whether standard output is reserved for one JSON document. */
  json?: boolean;
}

/** Everything outside itself that executing a run may touch. A command passes its own context. */
export interface RunContext {
  environment: NodeJS.ProcessEnv;
  /** Aborted by SIGINT or SIGTERM. */
  signal: AbortSignal;
  /** Whether standard error is a terminal, so that a live display makes sense. */
  interactive: boolean;
}
