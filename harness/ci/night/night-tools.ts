import type { KernelSource, Matrix } from '../../matrix/matrix.ts';
import type { Workloads } from '../../matrix/workload/workload-catalog.ts';
import type { RunInput } from '../../run/run-input.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import type { NightKernel } from './night-state.ts';

/** Everything outside itself that a night may touch. The command passes the real ones, tests their own. */
export interface NightTools {
  /** Pins a source to its content; with `fetch`, after asking for something newer. */
  pin(source: KernelSource, fetch: boolean): Promise<NightKernel>;
  /** The version before a pinned one that is still offered, if any. */
  previous(kernel: NightKernel): Promise<NightKernel | undefined>;
  /** Reads a matrix from its text. */
  load(text: string, file: string): Promise<{ matrix: Matrix; workloads: Workloads }>;
  /** Builds and boots what is left of a run, and writes its reports. */
  execute(input: RunInput): Promise<RunFolder>;
  /** Reads all runs of the folder and writes the page of their history. Returns what changed in these runs. */
  history(runs: readonly string[], page: string): Promise<string[]>;
  /** Removes old runs whose matrices are in this folder, by the policy of `modstorm prune`. */
  prune(folder: string): Promise<void>;
  /** Gives the summary to the command that the user named. Its failure is told, and fails no night. */
  notify(summary: string, facts: { colour: string; exitCode: number; folder: string }): Promise<void>;
  /** Tells the user what goes on. */
  tell(sentence: string): void;
  /** The exit code of the signal that interrupted this process; undefined if none did. */
  interruption(): number | undefined;
  now(): Date;
  /** An unsigned 32-bit number. */
  drawSeed(): number;
}
