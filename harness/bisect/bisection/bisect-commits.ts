import type { ErrorCode } from '../../error-codes.ts';
import { HarnessError } from '../../errors.ts';
import type { TrialRecord } from '../../measurement/record.ts';
import type { Action, BootTarget, Target, Task } from '../search/action.ts';
import type { Conclusion } from '../search/conclusion.ts';
import type { Ledger } from '../search/ledger.ts';
import { nextAction } from '../search/next-action.ts';
import type { Observation } from '../search/observation.ts';
import { judgeBoot } from './boot-verdict.ts';

/** Builds and boots sources; the real implementation needs a compiler and QEMU. */
export interface Laboratory {
  /**
   * Builds a source for all cells; for a confirmation from scratch, ignoring earlier builds.
   * @returns the content key of image and modules
   * @throws BuildError if the source is at fault; InfrastructureError if the host is
   */
  build(target: Target): Promise<string>;
  /**
   * Boots a source that was built, possibly by an earlier process.
   * @param trial the id of the boot, and of the folder for its evidence
   */
  boot(target: BootTarget, trial: string): Promise<TrialRecord>;
}

/** The dependencies for carrying out a search. */
export interface BisectOptions {
  ledger: Ledger;
  /** Records an observation before anything else is done. */
  append(observation: Observation): Promise<void>;
  laboratory: Laboratory;
  metric: string;
  signal: AbortSignal;
  /** Monotonic time, ns. The measured durations of builds and boots determine the next step. */
  now?: () => bigint;
  /** Called before each action. */
  onAction?: (action: Action) => void;
  /** Called after each observation, when the ledger includes it. */
  onObservation?: (observation: Observation) => void;
}

/**
 * Carries out the actions of a search until it concludes. Every observation is in the log before the next step begins, so a
 * killed process only loses its current step.
 * @returns undefined if it was interrupted
 * @throws InfrastructureError and other errors of the host, which say nothing about a commit
 */
export async function bisectCommits(options: BisectOptions): Promise<Conclusion | undefined> {
  const { ledger, signal } = options;
  while (!signal.aborted) {
    const action = nextAction(ledger);
    options.onAction?.(action);
    if (action.kind === 'conclude') return action.conclusion;
    const observation = await observe(action, options);
    if (observation === undefined) return undefined;
    await options.append(observation);
    ledger.observe(observation);
    options.onObservation?.(observation);
  }
  return undefined;
}

async function observe(step: Task, options: BisectOptions): Promise<Observation | undefined> {
  const { now = process.hrtime.bigint } = options;
  const started = now();
  const elapsed = () => Number(now() - started) / 1e9;
  const source = {
    commit: step.commit,
    ...(step.without !== undefined && { without: step.without }),
    purpose: step.purpose,
  };
  try {
    if (step.kind === 'boot')
      return await boot({ ...source, ...(step.cell && { cell: step.cell }) }, elapsed, options);
    const code = await options.laboratory.build(step);
    return { type: 'built', ...source, seconds: elapsed(), code };
  } catch (error) {
    if (options.signal.aborted) return undefined;
    const fault = untestableCause(error);
    if (fault === undefined) throw error;
    return { type: 'untestable', ...source, seconds: elapsed(), ...fault };
  }
}

async function boot(
  target: BootTarget,
  elapsed: () => number,
  { laboratory, ledger, metric }: BisectOptions,
): Promise<Observation | undefined> {
  const number = String(ledger.spent.boots + 1).padStart(4, '0');
  const { cell: _, ...source } = target;
  const trial = `${number}-${source.commit.slice(0, 12)}${source.without === undefined ? '' : '-reverted'}`;
  const verdict = judgeBoot(await laboratory.boot(target, trial), metric);
  const seconds = elapsed();
  switch (verdict.kind) {
    case 'interrupted':
      return undefined;
    case 'value':
      return { type: 'booted', ...target, seconds, trial, value: verdict.value };
    case 'failed':
      return { type: 'boot-failed', ...target, seconds, trial, title: titleOf(verdict.title) };
    case 'untestable':
      return { type: 'untestable', ...source, seconds, cause: 'counters', title: titleOf(verdict.title) };
  }
}

/**
 * Errors of one source: it does not build, its Kconfig lacks an option, it has no counters, or it lacks a module that the
 * workload loads. Other errors concern the host or the request, and apply to all sources.
 */
const faultsOfSource: ReadonlySet<ErrorCode> = new Set([
  'KERNEL_BUILD_FAILED',
  'KERNEL_CONFIG_DROPPED',
  'KERNEL_CONFIG_FAILED',
  'KERNEL_EXTRA_MODULES_FAILED',
  'KERNEL_INSTALL_FAILED',
  'KERNEL_REVERT_CONFLICT',
  'KERNEL_TOO_OLD',
  'MODULE_UNKNOWN',
]);

/** The reason why the source cannot be tested; undefined if the error is not one of the source. */
export function untestableCause(error: unknown): { cause: 'build' | 'conflict'; title: string } | undefined {
  if (!(error instanceof HarnessError && faultsOfSource.has(error.code))) return undefined;
  const cause = error.code === 'KERNEL_REVERT_CONFLICT' ? 'conflict' : 'build';
  return { cause, title: titleOf(error.message) };
}

function titleOf(text: string): string {
  return text.slice(0, 1000);
}
