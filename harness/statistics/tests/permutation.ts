// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops; a check in them would be run for every draw
import type { RandomSource } from '../samples/random-source.ts';
import type { PooledRanks } from '../samples/sample.ts';

/** A p-value from random relabelling: (1 + hits) / (1 + permutations), so that it is never zero. */
export interface PermutationResult {
  method: 'permutation';
  twoSided: number;
}

/**
 * The rank-sum test by seeded random relabelling (Phipson and Smyth 2010 for the +1).
 * @param permutations number of relabellings; the smallest p is 1 / (1 + permutations)
 */
export function permutationRankTest(
  pooled: PooledRanks,
  random: RandomSource,
  permutations: number,
): PermutationResult {
  const expected = pooled.first * (pooled.first + pooled.second + 1);
  const observed = Math.abs(pooled.doubledRankSum - expected);
  const relabel = relabelling(pooled, random);
  let hits = 0;
  for (let round = 0; round < permutations; round++) if (relabel() >= observed) hits++;
  return { method: 'permutation', twoSided: (1 + hits) / (1 + permutations) };
}

/** Returns a function for the distance of a doubled rank sum from its expectation under a new random relabelling. */
function relabelling(pooled: PooledRanks, random: RandomSource): () => number {
  const heaviest = pooled.groups.reduce((most, size) => Math.max(most, size), 0);
  const others = pooled.first + pooled.second - heaviest;
  const isSmall = Math.min(pooled.first, pooled.second) < others;
  return isSmall ? drawSmallSide(pooled, random) : dealBesideHeaviest(pooled, random);
}

/** Draws the members of the smaller side. The sum of the other side is equally far from its expectation. */
function drawSmallSide({ first, second, groups }: PooledRanks, random: RandomSource): () => number {
  const ranks = doubledRanks(groups);
  const total = first + second;
  const small = Math.min(first, second);
  const expected = small * (total + 1);
  const drawn = new Set<number>();
  return () => {
    drawn.clear();
    let sum = 0;
    // Floyd's sampling without replacement (Bentley 1987): no item is drawn twice.
    for (let last = total - small; last < total; last++) {
      const candidate = Math.floor(random.uniform() * (last + 1));
      const place = drawn.has(candidate) ? last : candidate;
      drawn.add(place);
      sum += ranks[place]!;
    }
    return Math.abs(sum - expected);
  };
}

/** Relabels all values outside the largest group of ties, which need not be drawn one by one. */
function dealBesideHeaviest({ first, second, groups }: PooledRanks, random: RandomSource): () => number {
  const heaviest = groups.reduce((most, size) => Math.max(most, size), 0);
  const heavyFrom = groups.subarray(0, groups.indexOf(heaviest)).reduce((sum, size) => sum + size, 0);
  const all = doubledRanks(groups);
  const heavyRank = all[heavyFrom]!;
  const ranks = all.filter(rank => rank !== heavyRank);
  const total = first + second;
  const expected = first * (total + 1);
  return () => {
    let sum = 0;
    let left = first;
    let open = total;
    // Decide for each value whether it joins the first sample. The rest of the sample comes from the heaviest group.
    for (const rank of ranks) {
      if (random.uniform() * open < left) {
        sum += rank;
        left--;
      }
      open--;
    }
    return Math.abs(sum + left * heavyRank - expected);
  };
}

/** Twice the mid-rank of every value, ascending. */
function doubledRanks(groups: Int32Array): Int32Array {
  const ranks = new Int32Array(groups.reduce((sum, size) => sum + size, 0));
  let before = 0;
  for (const size of groups) {
    ranks.fill(2 * before + size + 1, before, before + size);
    before += size;
  }
  return ranks;
}
