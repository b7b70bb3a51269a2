import { incompleteBeta, normalUpperQuantile } from '../distributions/distribution.ts';
import type { Interval } from './interval.ts';

/**
 * The exact interval for a median, between two values of the sample (Thompson 1936; Conover, Practical Nonparametric
 * Statistics, section 3.2). It needs no assumption about the distribution, and never covers less than `confidence`.
 * @param ordered ascending
 * @param confidence such as 0.95
 * @returns undefined if the sample is too small for the level: below 6 values for 95 %
 */
export function medianInterval(ordered: readonly number[], confidence = 0.95): Interval | undefined {
  const n = ordered.length;
  const tail = (1 - confidence) / 2;
  // Close to the answer for any n; the loops find it.
  let rank = Math.max(1, Math.floor((n - normalUpperQuantile(tail) * Math.sqrt(n)) / 2));
  while (rank > 1 && missing(n, rank) > tail) rank--;
  while (rank < n / 2 && missing(n, rank + 1) <= tail) rank++;
  const [low, high] = [ordered[rank - 1], ordered[n - rank]];
  if (low === undefined || high === undefined || missing(n, rank) > tail) return undefined;
  return { low, high, confidence: 1 - 2 * missing(n, rank), attained: true };
}

/** The chance that fewer than `rank` of n values lie below the median: the binomial tail with probability 1/2. */
function missing(n: number, rank: number): number {
  return rank > n ? 1 : incompleteBeta(0.5, n - rank + 1, rank);
}
