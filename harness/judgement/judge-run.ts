import type { RunContent } from '../store/run-folder.ts';
import { type CompareOptions, compareWithin } from './compare-sides.ts';
import type { RunComparison } from './judgement.ts';
import { pairsElsewhere, sequentialProgress } from './sequential/sequential.ts';
import { sideOfRun } from './side.ts';

/**
 * Judges a run by the `compare:` of its own matrix, at the declared looks that it reached.
 * @returns undefined if it declares no comparison
 * @throws UsageError COMPARE_UNLIKE, COMPARE_AXIS
 */
export function judgeRun(content: RunContent, options: CompareOptions = {}): RunComparison | undefined {
  const { compare, trials } = content.run.matrix;
  if (compare === undefined) return undefined;
  const progress = sequentialProgress(content);
  return compareWithin(sideOfRun(content), compare, {
    ...options,
    looks: trials.kind === 'looks' ? trials.looks : undefined,
    limits: progress?.limits,
    elsewhere: pairsElsewhere(content),
  });
}
