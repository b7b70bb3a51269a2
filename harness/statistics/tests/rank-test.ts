import { choose, logChoose, normalTail } from '../distributions/distribution.ts';
import { extremeDeals, type RankDistribution, rankDistribution } from '../distributions/rank-distribution.ts';
import { makeScratch } from '../distributions/subset-counts.ts';
import type { RandomSource } from '../samples/random-source.ts';
import { type PooledRanks, poolRanks, type Sample } from '../samples/sample.ts';
import { permutationRankTest } from './permutation.ts';

/** The test is exact while first * second is at most this; above it, where a side is small (see `rankTest`). */
export const exactPairLimit = 10_000;

/** How a p-value was computed. */
export type RankMethod = 'exact' | 'normal' | 'permutation';

/** Result of the conditional rank-sum test (Wilcoxon, Mann and Whitney). */
export interface RankTest {
  method: RankMethod;
  /** Mann and Whitney's U of the first sample: pairs in which it is greater, ties counting one half. */
  u: number;
  /** P(|W - E| >= |w - E|) under the null. */
  twoSided: number;
  /** The smallest two-sided p that any split of these pooled values could give. */
  leastTwoSided: number;
}

/** Options for when enumeration would take too long. */
export interface RankTestOptions {
  /** Seeded; needed only where the test is neither exact nor normal (see `rankTest`), which is then normal all the same. */
  random?: RandomSource;
  /**
   * Relabellings of the permutation fallback; default: 20 000, for very long samples fewer, down to 999; for a small
   * side against very many 400 000 to a million.
   */
  permutations?: number;
}

/**
 * The rank-sum test given the pooled values, ties by mid-ranks. Two-sided p is P(|W - E| >= |w - E|), never twice a
 * tail, which is wrong for ties with unequal sizes.
 *
 * - Exact: up to `exactPairLimit` pairs, and beyond where a side is small: 2 against 35 000, 4 against 17 000, 8 against
 *   8000, 20 against 3000, for which it takes up to a second.
 * - Seeded relabelling: a side of at most 50 against still more, and where one tie group holds more than half of the values
 *   and few lie outside it. Its p has a standard error of sqrt(p / relabellings) and is never below 1 / (1 + relabellings).
 * - Normal, with tie and continuity correction: all others, where no side is small enough for the tail to matter.
 *
 * `leastTwoSided` is exact everywhere.
 */
export function rankTest(first: Sample, second: Sample, options: RankTestOptions = {}): RankTest {
  return rankTestOfPooled(poolRanks(first, second), options);
}

/** `rankTest` for samples that are already pooled. */
export function rankTestOfPooled(pooled: PooledRanks, options: RankTestOptions = {}): RankTest {
  const { first, second, groups } = pooled;
  const u = pooled.doubledRankSum / 2 - (first * (first + 1)) / 2;
  if (first === 0 || second === 0 || groups.length === 1) {
    return { method: 'exact', u, twoSided: 1, leastTwoSided: 1 };
  }
  if (isEnumerable(pooled)) return exactTest(pooled, u);
  const leastTwoSided = leastOfLarge(pooled);
  const heaviest = groups.reduce((most, size) => Math.max(most, size), 0);
  const others = first + second - heaviest;
  const small = Math.min(first, second);
  const isSmall = small <= largestSmallSide;
  const isNormal = !isSmall && (heaviest <= others || others > mostRelabelled);
  if (isNormal || options.random === undefined)
    return { method: 'normal', twoSided: normalRankP(pooled), u, leastTwoSided };
  const affordable = isSmall ? affordableDraws(small) : affordableDeals(others);
  const permutations = options.permutations ?? affordable;
  return { ...permutationRankTest(pooled, options.random, permutations), u, leastTwoSided };
}

/** With more values than this outside the largest group of ties, their rank sum is practically normal. */
const mostRelabelled = 5_000;

/**
 * The sum of so few ranks is not normal enough: of 8 against 5000 the normal tail says 1.8e-4 for 2.9e-5; of 50 it is a
 * tenth off at 0.001.
 */
const largestSmallSide = 50;

/** Some 10^8 additions, a fraction of a second: few sums can occur where a side is small, whatever the size of the other. */
const enumerationCost = 2e8;

/** The same where the alternative is to relabel: up to a second. */
const smallEnumerationCost = 2.5e9;

/** Whether the exact null distribution is affordable: few pairs, or a side so small that few sums can occur. */
function isEnumerable({ first, second, groups }: PooledRanks): boolean {
  if (first * second <= exactPairLimit) return true;
  const chosen = Math.min(first, second);
  const choices = groups.reduce((sum, size) => sum + Math.min(size, chosen), 0);
  const cost = ((choices * chosen ** 2) / 2) * (first + second);
  return cost <= (chosen <= largestSmallSide ? smallEnumerationCost : enumerationCost);
}

/** How often so many values are dealt to one side or the other in about a second: some 50 million. */
function affordableDeals(values: number): number {
  return Math.min(20_000, Math.max(999, Math.floor(50_000_000 / values)));
}

/** How often a small side is drawn from all values in about a second. */
function affordableDraws(small: number): number {
  return Math.min(1_000_000, Math.floor(20_000_000 / small));
}

/** The exact distribution of the smaller sample's rank sum, and that sum; the larger one's is its mirror image. */
function exactNull({ first, second, groups, doubledRankSum }: PooledRanks) {
  const total = first + second;
  const swapped = second < first;
  const chosen = swapped ? second : first;
  const observed = swapped ? total * (total + 1) - doubledRankSum : doubledRankSum;
  return { distribution: tieDistribution(groups, chosen), observed, expected: chosen * (total + 1), swapped };
}

function exactTest(pooled: PooledRanks, u: number): RankTest {
  const { distribution, observed, expected } = exactNull(pooled);
  const distance = Math.abs(observed - expected);
  const far = distribution.lower(expected - distance) + distribution.upper(expected + distance);
  return {
    method: 'exact',
    u,
    twoSided: distance === 0 ? 1 : capped(far),
    leastTwoSided: capped(leastTwoSided(distribution, expected)),
  };
}

/**
 * The one-sided p-values of the first sample being as low, and as high, as it is; exact where `rankTest` is, else by
 * the normal approximation. Choose one before seeing the data.
 */
export function oneSidedRankTest(first: Sample, second: Sample): { less: number; greater: number } {
  const pooled = poolRanks(first, second);
  if (pooled.first === 0 || pooled.second === 0 || pooled.groups.length === 1) return { less: 1, greater: 1 };
  if (!isEnumerable(pooled)) {
    const { distance, deviation } = normalNull(pooled);
    return {
      less: normalTail(-(distance + 0.5) / deviation),
      greater: normalTail((distance - 0.5) / deviation),
    };
  }
  const { distribution, observed, swapped } = exactNull(pooled);
  const low = capped(distribution.lower(observed));
  const high = capped(distribution.upper(observed));
  return swapped ? { less: high, greater: low } : { less: low, greater: high };
}

function leastTwoSided(distribution: RankDistribution, expected: number): number {
  const down = expected - distribution.least;
  const up = distribution.greatest - expected;
  if (down === up) return distribution.leastProbability + distribution.greatestProbability;
  return down > up ? distribution.leastProbability : distribution.greatestProbability;
}

function capped(probability: number): number {
  return Math.min(1, probability);
}

const cacheLimit = 64;
const cachedGroups = 6;
const distributions = new Map<string, RankDistribution>();
const scratch = makeScratch();

/**
 * Distributions depend on the tie pattern only. Those without ties (most times) and with few groups (rare counters)
 * recur and are cached; the others use shared memory that the next one overwrites.
 */
function tieDistribution(groups: Int32Array, chosen: number): RankDistribution {
  const untied = groups.every(size => size === 1);
  if (!untied && groups.length > cachedGroups) {
    scratch.reset();
    return rankDistribution(groups, chosen, scratch.allocate);
  }
  const key = untied ? `${chosen}/${groups.length}` : `${chosen}|${groups.join()}`;
  const known = distributions.get(key);
  if (known) return known;
  const made = rankDistribution(groups, chosen);
  if (distributions.size >= cacheLimit) {
    const [oldest] = distributions.keys();
    if (oldest !== undefined) distributions.delete(oldest);
  }
  distributions.set(key, made);
  return made;
}

/** P(U <= u) without ties for two sample sizes. */
export function untiedLowerTail(first: number, second: number, u: number): number {
  const chosen = Math.min(first, second);
  const distribution = tieDistribution(new Int32Array(first + second).fill(1), chosen);
  return distribution.lower(2 * u + chosen * (chosen + 1));
}

/** The smallest two-sided p of the rank test for two sizes without ties: 2 / choose(first + second, first). */
export function leastUntiedP(first: number, second: number): number {
  return first === 0 || second === 0 ? 1 : Math.min(1, 2 / choose(first + second, first));
}

/** The smallest p for samples whose distribution is not enumerated, from the logarithms of the two extreme splits. */
function leastOfLarge({ first, second, groups }: PooledRanks): number {
  const chosen = Math.min(first, second);
  const total = first + second;
  const all = logChoose(total, chosen);
  const { least: lowest, greatest: highest, leastOf, greatestOf } = extremeDeals(groups, chosen);
  const expected = chosen * (total + 1);
  const [down, up] = [expected - lowest, highest - expected];
  const [lowP, highP] = [leastOf, greatestOf].map(deal => Math.exp(logWays(deal) - all)) as [number, number];
  const least = down === up ? lowP + highP : down > up ? lowP : highP;
  return capped(Math.max(Number.MIN_VALUE, least));
}

/** ln of the binomial; exactly 0 where all are taken. */
function logWays([size, taken]: readonly [number, number]): number {
  return taken === size ? 0 : logChoose(size, taken);
}

/**
 * Two-sided p by the normal approximation with tie and continuity correction, for samples that are not all one tie. From
 * 1e-5 down it exceeds the exact p if both sides have at least 30 values and no tie holds more than half of all; with a
 * heavier tie and unequal sides it can be far too small.
 */
export function normalRankP(pooled: PooledRanks): number {
  const { distance, deviation } = normalNull(pooled);
  const standardised = Math.max(0, Math.abs(distance) - 0.5) / deviation;
  // A tail too small for a double is still not zero.
  return capped(Math.max(Number.MIN_VALUE, 2 * normalTail(standardised)));
}

/** Distance of the rank sum from its expectation, and its standard deviation given the ties. */
function normalNull({ first, second, groups, doubledRankSum }: PooledRanks) {
  const total = first + second;
  let ties = 0;
  for (const size of groups) ties += size ** 3 - size;
  const variance = ((first * second) / 12) * (total + 1 - ties / (total * (total - 1)));
  return { distance: doubledRankSum / 2 - (first * (total + 1)) / 2, deviation: Math.sqrt(variance) };
}
