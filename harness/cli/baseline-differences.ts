import { describeUnlikeness } from '../judgement/compare-sides.ts';
import { findUnlikeness, pairAcross } from '../judgement/pairing.ts';
import type { Side } from '../judgement/side.ts';

/** In what the run that shall replace a baseline is unlike it, one phrase each. */
export function replacementDifferences(baseline: Side, run: Side): string[] {
  const { pairs } = pairAcross(baseline, run);
  return findUnlikeness(pairs, baseline, run).map(one => describeUnlikeness(one, pairs.length));
}
