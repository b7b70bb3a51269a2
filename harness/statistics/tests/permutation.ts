import type { RandomSource } from '../samples/random-source.ts';
import type { PooledRanks } from '../samples/sample.ts';

/** A p-value from relabelling at random: (1 + hits) / (1 + permutations), so that it is never zero. */
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
  const doubledRanks = expandRanks(pooled);
  const expected = pooled.first * (doubledRanks.length + 1);
  const observed = pooled.doubledRankSum - expected;
  let hits = 0;
  for (let round = 0; round < permutations; round++) {
    const distance = drawSum(doubledRanks, pooled.first, random) - expected;
    if (Math.abs(distance) >= Math.abs(observed)) hits++;
  }
  return { method: 'permutation', twoSided: (1 + hits) / (1 + permutations) };
}

function expandRanks(pooled: PooledRanks): Int32Array {
  const ranks = new Int32Array(pooled.first + pooled.second);
  let before = 0;
  for (const size of pooled.groups) {
    ranks.fill(2 * before + size + 1, before, before + size);
    before += size;
  }
  return ranks;
}

/** Draws `count` ranks without replacement; the array stays a permutation of itself between rounds. */
function drawSum(ranks: Int32Array, count: number, random: RandomSource): number {
  let sum = 0;
  for (let index = 0; index < count; index++) {
    const other = index + Math.floor(random.uniform() * (ranks.length - index));
    const taken = ranks[other]!;
    ranks[other] = ranks[index]!;
    ranks[index] = taken;
    sum += taken;
  }
  return sum;
}
