// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops; a check in them would be run for every difference, and no side is empty
import { normalUpperQuantile } from '../distributions/distribution.ts';
import { exactPairLimit, untiedLowerTail } from '../tests/rank-test.ts';
import type { Interval } from './interval.ts';

/** A difference, candidate minus base, in the metric's unit. */
export interface Shift {
  estimate: number;
  interval: Interval;
}

/**
 * Hodges and Lehmann's shift: the median of all pairwise differences, with the interval that inverts the exact rank
 * test (Moses 1953; R's wilcox.test with conf.int). Ties make the interval conservative. It is zero whenever most
 * pairs are equal, so it must not judge rare counters.
 * @param base ascending deviations from a common pivot, as are those of `candidate`; both not empty
 */
export function hodgesLehmann(base: Float64Array, candidate: Float64Array, confidence = 0.95): Shift {
  const pairs = base.length * candidate.length;
  const middle = (pairs + 1) / 2;
  const lower = orderedDifference(base, candidate, Math.floor(middle));
  const upper = pairs % 2 === 1 ? lower : orderedDifference(base, candidate, Math.ceil(middle));
  const cut = cutOff(base.length, candidate.length, confidence);
  return {
    estimate: lower + (upper - lower) / 2,
    interval: {
      low: orderedDifference(base, candidate, cut.rank),
      high: orderedDifference(base, candidate, pairs + 1 - cut.rank),
      confidence: cut.confidence,
      attained: cut.confidence >= confidence - 1e-12,
    },
  };
}

const cuts = new Map<string, { rank: number; confidence: number }>();

/** The rank of the differences that bound the interval, and the level it really has. */
function cutOff(first: number, second: number, confidence: number): { rank: number; confidence: number } {
  const key = `${first}/${second}/${confidence}`;
  const found = cuts.get(key);
  if (found) return found;
  const cut =
    first * second <= exactPairLimit
      ? exactCut(first, second, confidence)
      : normalCut(first, second, confidence);
  if (cuts.size < 4096) cuts.set(key, cut);
  return cut;
}

function exactCut(first: number, second: number, confidence: number): { rank: number; confidence: number } {
  const tail = (1 - confidence) / 2;
  let rank = 1;
  let high = Math.max(1, Math.floor((first * second) / 2));
  while (rank < high) {
    const middle = Math.ceil((rank + high) / 2);
    if (untiedLowerTail(first, second, middle - 1) <= tail) rank = middle;
    else high = middle - 1;
  }
  return { rank, confidence: 1 - 2 * untiedLowerTail(first, second, rank - 1) };
}

function normalCut(first: number, second: number, confidence: number): { rank: number; confidence: number } {
  const deviation = Math.sqrt((first * second * (first + second + 1)) / 12);
  const rank = Math.floor((first * second) / 2 - normalUpperQuantile((1 - confidence) / 2) * deviation);
  return { rank: Math.max(1, rank), confidence };
}

/**
 * The rank-th smallest (from 1) of all candidate - base differences, without building them: bisection that after each
 * count narrows to differences that occur, so it ends on one exactly. O(n) memory, O(n log n) typical time.
 */
function orderedDifference(base: Float64Array, candidate: Float64Array, rank: number): number {
  let low = candidate[0]! - base[base.length - 1]!;
  let high = candidate[candidate.length - 1]! - base[0]!;
  while (low < high) {
    const middle = low + (high - low) / 2;
    const { count, atMost, above } = countUpTo(base, candidate, middle < high ? middle : low);
    if (count >= rank) high = atMost;
    else low = above;
  }
  return low;
}

/** How many differences are at most `limit`, the largest of those and the smallest of the others. */
function countUpTo(base: Float64Array, candidate: Float64Array, limit: number) {
  let count = 0;
  let atMost = Number.NEGATIVE_INFINITY;
  let above = Number.POSITIVE_INFINITY;
  let j = 0;
  for (let i = 0; i < base.length; i++) {
    while (j < candidate.length && candidate[j]! - base[i]! <= limit) j++;
    count += j;
    if (j > 0) atMost = Math.max(atMost, candidate[j - 1]! - base[i]!);
    if (j < candidate.length) above = Math.min(above, candidate[j]! - base[i]!);
  }
  return { count, atMost, above };
}
