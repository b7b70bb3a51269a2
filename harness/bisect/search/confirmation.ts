import type { Scalar } from '../../statistics/samples/value.ts';
import { type Direction, worseP } from './ends.ts';

/** The numbers of fresh boots per side at which a suspicion is tested, and the share of the attempt's level for each look. */
const looks = [
  { boots: 6, share: 0.22 },
  { boots: 12, share: 0.18 },
  { boots: 24, share: 0.2 },
  { boots: 48, share: 0.4 },
] as const;
const revertLooks = [
  { boots: 6, share: 0.3 },
  { boots: 12, share: 0.3 },
  { boots: 24, share: 0.4 },
] as const;
const level = 0.01;
/** The number of suspicions that are tested before the search gives up. */
export const mostAttempts = 3;

/** The result of fresh boots of a suspect and of its parents. */
export type FreshVerdict =
  | { kind: 'more'; boots: number }
  | { kind: 'worse'; p: number; boots: number }
  | { kind: 'not-worse'; p: number; boots: number };

/**
 * Tests whether a commit is worse than each of its parents, by fresh boots of builds from scratch: the exact one-sided rank
 * test at level .01 · 2^-attempt, split over the looks. A wrong commit that is equal to one parent passes with at most that
 * probability, whatever model suspected it: over three attempts .01 · (1/2 + 1/4 + 1/8) < .9 %. The first look spends
 * slightly more than the second so that six boots per side can decide: 1/924 is above .01 · ½ · .2.
 * @param attempt from 1
 */
export function judgeSuspect(
  bad: readonly Scalar[],
  good: readonly (readonly Scalar[])[],
  direction: Direction,
  attempt: number,
): FreshVerdict {
  return judgeFresh(bad, good, direction, looks, level / 2 ** attempt);
}

/** Tests whether the bad end is worse than the bad end with the culprit reverted. */
export function judgeRevert(
  bad: readonly Scalar[],
  reverted: readonly Scalar[],
  direction: Direction,
): FreshVerdict {
  return judgeFresh(bad, [reverted], direction, revertLooks, level);
}

function judgeFresh(
  bad: readonly Scalar[],
  good: readonly (readonly Scalar[])[],
  direction: Direction,
  plan: readonly { boots: number; share: number }[],
  alpha: number,
): FreshVerdict {
  let verdict: FreshVerdict = { kind: 'not-worse', p: 1, boots: 0 };
  for (const { boots, share } of plan) {
    if ([bad, ...good].some(values => values.length < boots)) return { kind: 'more', boots };
    const suspect = bad.slice(0, boots);
    const p = Math.max(...good.map(values => worseP(suspect, values.slice(0, boots), direction)));
    if (p <= alpha * share) return { kind: 'worse', p, boots };
    verdict = { kind: 'not-worse', p, boots };
  }
  return verdict;
}
