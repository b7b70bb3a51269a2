import { choose, normalTail } from './distribution.ts';
import { permutationRankTest } from './permutation.ts';
import type { RandomSource } from './random-source.ts';
import { type RankDistribution, rankDistribution } from './rank-distribution.ts';
import { type PooledRanks, poolRanks, type Sample } from './sample.ts';

/** The exact test is used while first * second is at most this; above it, an approximation (see `rankTest`). */
export const exactPairLimit = 10_000;

/** How a p-value was found. */
export type RankMethod = 'exact' | 'normal' | 'permutation';

/** Result of the conditional rank-sum test (Wilcoxon, Mann and Whitney). */
export interface RankTest {
  method: RankMethod;
  /** Mann and Whitney's U of the first sample: pairs in which it is greater, ties counting one half. */
  u: number;
  /** P under the null of a first sample as low, as high, and as far from the expectation as this one. */
  less: number;
  greater: number;
  twoSided: number;
  /** The smallest two-sided p that these pooled values could give, however they were dealt. */
  leastTwoSided: number;
}

/** What the test may use when enumeration would be too long. */
export interface RankTestOptions {
  /** Seeded; needed only above the exact limit when more than half of the values are tied with each other. */
  random?: RandomSource;
  /** Relabellings of the permutation fallback; 20 000 unless told. */
  permutations?: number;
}

/**
 * The rank-sum test given the pooled values, ties by mid-ranks. Two-sided p is P(|W - E| >= |w - E|), never twice a
 * tail, which is wrong for ties with unequal sizes. Above `exactPairLimit` the normal approximation with tie and
 * continuity correction, or a seeded permutation when one tie group holds more than half of the values.
 */
export function rankTest(first: Sample, second: Sample, options: RankTestOptions = {}): RankTest {
  return rankTestOfPooled(poolRanks(first, second), options);
}

/** `rankTest` for samples that are already pooled. */
export function rankTestOfPooled(pooled: PooledRanks, options: RankTestOptions = {}): RankTest {
  const { first, second, groups } = pooled;
  const u = pooled.doubledRankSum / 2 - (first * (first + 1)) / 2;
  if (first === 0 || second === 0 || groups.length === 1) {
    return { method: 'exact', u, less: 1, greater: 1, twoSided: 1, leastTwoSided: 1 };
  }
  if (first * second <= exactPairLimit) return exactTest(pooled, u);
  const leastTwoSided = leastOfLarge(pooled);
  const heaviest = groups.reduce((most, size) => Math.max(most, size), 0);
  if (heaviest * 2 <= first + second || options.random === undefined) {
    return { ...normalTest(pooled), u, leastTwoSided };
  }
  return { ...permutationRankTest(pooled, options.random, options.permutations ?? 20_000), u, leastTwoSided };
}

/** The distribution of the smaller sample's rank sum is tabulated; the larger one's is its mirror image. */
function exactTest(pooled: PooledRanks, u: number): RankTest {
  const { first, second, groups } = pooled;
  const total = first + second;
  const swapped = second < first;
  const chosen = swapped ? second : first;
  const observed = swapped ? total * (total + 1) - pooled.doubledRankSum : pooled.doubledRankSum;
  const expected = chosen * (total + 1);
  const distance = Math.abs(observed - expected);
  const distribution = tieDistribution(groups, chosen);
  const below = distribution.lower(expected - distance);
  const above = distribution.upper(expected + distance);
  const less = observed <= expected ? below : distribution.lower(observed);
  const greater = observed >= expected ? above : distribution.upper(observed);
  return {
    method: 'exact',
    u,
    less: capped(swapped ? greater : less),
    greater: capped(swapped ? less : greater),
    twoSided: distance === 0 ? 1 : capped(below + above),
    leastTwoSided: capped(leastTwoSided(distribution, expected)),
  };
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

const cacheLimit = 48;
const cachedGroups = 400;
const distributions = new Map<string, RankDistribution>();

/** Distributions depend on the tie pattern only, so a few are kept: most times of a matrix have no ties at all. */
function tieDistribution(groups: Int32Array, chosen: number): RankDistribution {
  if (groups.length > cachedGroups) return rankDistribution(groups, chosen);
  const key = `${chosen}|${groups.join()}`;
  const known = distributions.get(key);
  if (known) return known;
  const made = rankDistribution(groups, chosen);
  if (distributions.size >= cacheLimit) distributions.delete(distributions.keys().next().value!);
  distributions.set(key, made);
  return made;
}

/** P(U <= u) without ties for two sample sizes. */
export function untiedLowerTail(first: number, second: number, u: number): number {
  const chosen = Math.min(first, second);
  const distribution = tieDistribution(new Int32Array(first + second).fill(1), chosen);
  return distribution.lower(2 * u + chosen * (chosen + 1));
}

/** The smallest two-sided p of the rank test for two sizes when nothing is tied: 2 / choose(first + second, first). */
export function leastUntiedP(first: number, second: number): number {
  return first === 0 || second === 0 ? 1 : Math.min(1, 2 / choose(first + second, first));
}

function leastOfLarge(pooled: PooledRanks): number {
  const constant = pooled.groups.length === 1;
  return constant ? 1 : leastUntiedP(pooled.first, pooled.second);
}

function normalTest({
  first,
  second,
  groups,
  doubledRankSum,
}: PooledRanks): Omit<RankTest, 'u' | 'leastTwoSided'> {
  const total = first + second;
  let ties = 0;
  for (const size of groups) ties += size ** 3 - size;
  const variance = ((first * second) / 12) * (total + 1 - ties / (total * (total - 1)));
  const distance = doubledRankSum / 2 - (first * (total + 1)) / 2;
  const deviation = Math.sqrt(variance);
  return {
    method: 'normal',
    less: normalTail(-(distance + 0.5) / deviation),
    greater: normalTail((distance - 0.5) / deviation),
    twoSided: capped(2 * normalTail(Math.max(0, Math.abs(distance) - 0.5) / deviation)),
  };
}
