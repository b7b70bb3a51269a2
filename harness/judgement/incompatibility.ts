import { type FactDifference, unexplainedDifferences } from '../store/comparison-key.ts';
import { type CellPair, pairAcross } from './pairing.ts';
import type { Side } from './side.ts';

/** A difference of facts, with the pairs that have it; empty if it concerns the whole side. */
export interface Incompatibility extends FactDifference {
  pairs: string[];
}

/** Why the pairs must not be compared: facts that differ and that the compared axis does not explain. */
export function findIncompatibilities(
  pairs: readonly CellPair[],
  base: Side,
  next: Side,
  axis?: string,
): Incompatibility[] {
  const found = new Map<string, Incompatibility>();
  if (base.facts && next.facts) {
    for (const difference of unexplainedDifferences(base.facts, next.facts, axis)) {
      found.set(JSON.stringify(difference), { ...difference, pairs: [] });
    }
  }
  for (const pair of pairs) {
    // A cell without a passed trial has no facts about its guest, but its crash must not hide it.
    if (!pair.base.facts || !pair.candidate.facts) continue;
    for (const difference of unexplainedDifferences(pair.base.facts, pair.candidate.facts, axis)) {
      const key = JSON.stringify(difference);
      const known = found.get(key) ?? { ...difference, pairs: [] };
      known.pairs.push(pair.name);
      found.set(key, known);
    }
  }
  return [...found.values()];
}

/** `QEMU: 7.2.22 -> 9.0.1`, with the number of pairs if not all of them have it. */
export function describeIncompatibility(
  { fact, base, new: next, pairs }: Incompatibility,
  all: number,
): string {
  const where = pairs.length === 0 || pairs.length === all ? '' : ` (${pairs.length} of ${all} pairs)`;
  return `${fact} ${base ?? 'unknown'} -> ${next ?? 'unknown'}${where}`;
}

/** How the conditions of a run differ from the baseline it is to replace, one phrase each. */
export function replacementDifferences(baseline: Side, run: Side): string[] {
  const { pairs } = pairAcross(baseline, run);
  return findIncompatibilities(pairs, baseline, run).map(one => describeIncompatibility(one, pairs.length));
}
