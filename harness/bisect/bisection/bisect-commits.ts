import type { ErrorCode } from '../../error-codes.ts';
import { HarnessError } from '../../errors.ts';
import type { TrialRecord } from '../../measurement/record.ts';
import type { Action, BootTarget, Target, Task } from '../search/action.ts';
import type { Conclusion } from '../search/conclusion.ts';
import type { Ledger } from '../search/ledger.ts';
import { nextAction } from '../search/next-action.ts';
import type { Observation } from '../search/observation.ts';
import { judgeBoot } from './boot-verdict.ts';

/** Builds and boots sources; the real one needs a compiler and QEMU. */
export interface Laboratory {
  /**
   * Builds a source for all cells; for a confirmation from nothing, whatever was built of it before.
   * @returns the content key of image and modules
   * @throws BuildError when the source is at fault; InfrastructureError when the host is
   */
  build(target: Target): Promise<string>;
  /**
   * Boots a source that was built, perhaps by an earlier process.
   * @param trial the id of the boot, and of the folder for its evidence
   */
  boot(target: BootTarget, trial: string): Promise<TrialRecord>;
}

/** What a search is carried out with. */
export interface BisectOptions {
  ledger: Ledger;
  /** Keeps what was seen, before anything else is done. */
  append(observation: Observation): Promise<void>;
  laboratory: Laboratory;
  metric: string;
  signal: AbortSignal;
  /** Monotonic time, ns; what builds and boots take decides between them. */
  now?: () => bigint;
  /** Told of each action before it is done. */
  onAction?: (action: Action) => void;
  /** Told of what came of it, after the ledger. */
  onObservation?: (observation: Observation) => void;
}

/**
 * Does what the search wants until it concludes. Whatever was seen is in the log before the next step begins, so a process
 * that is killed loses the step it was at and nothing else.
 * @returns undefined when it was interrupted
 * @throws InfrastructureError and other errors of the host, which judge no commit
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
 * What is wrong with one source: it does not build, its Kconfig lacks an option, it has no counters, or it lacks a module
 * that the workload loads. Any other error is of the host or of what was asked for, and holds for all sources.
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

/** Why the source that was built cannot be tested; undefined for an error that is none of the source. */
export function untestableCause(error: unknown): { cause: 'build' | 'conflict'; title: string } | undefined {
  if (!(error instanceof HarnessError && faultsOfSource.has(error.code))) return undefined;
  const cause = error.code === 'KERNEL_REVERT_CONFLICT' ? 'conflict' : 'build';
  return { cause, title: titleOf(error.message) };
}

function titleOf(text: string): string {
  return text.slice(0, 1000);
}
