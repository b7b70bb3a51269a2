import { type CompareOptions, compareWithin } from '../judgement/compare-sides.ts';
import type { Comparison } from '../judgement/judgement.ts';
import { sideOfRun } from '../judgement/side.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { Plan } from '../plan/trial.ts';
import type { RunRecord } from '../store/run-record.ts';
import { sequentialProgress } from '../trial/sequential.ts';

/** A run as its folder holds it. */
export interface RunContent {
  run: RunRecord;
  plan: Plan;
  records: readonly TrialRecord[];
}

/**
 * Judges a run by the `compare:` of its own matrix, at the looks that it declares and that it reached.
 * @returns undefined when it declares no comparison
 * @throws UsageError COMPARE_UNLIKE, COMPARE_AXIS
 */
export function judgeRun(content: RunContent, options: CompareOptions = {}): Comparison | undefined {
  const { run, plan, records } = content;
  const { compare, trials } = run.matrix;
  if (compare === undefined) return undefined;
  const progress = sequentialProgress(run, plan, records);
  return compareWithin(sideOfRun(run, plan, records), compare, {
    ...options,
    ...(trials.kind === 'looks' && { looks: trials.looks }),
    ...(progress && { limits: progress.limits }),
  });
}
