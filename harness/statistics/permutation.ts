import type { RandomSource } from './random-source.ts';
import type { PooledRanks } from './sample.ts';

/** p-values from relabelling at random: (1 + hits) / (1 + permutations), so that none is ever zero. */
export interface PermutationResult {
  method: 'permutation';
  less: number;
  greater: number;
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
  const hits = { less: 0, greater: 0, twoSided: 0 };
  for (let round = 0; round < permutations; round++) {
    const distance = drawSum(doubledRanks, pooled.first, random) - expected;
    if (distance <= observed) hits.less++;
    if (distance >= observed) hits.greater++;
    if (Math.abs(distance) >= Math.abs(observed)) hits.twoSided++;
  }
  const p = (count: number) => (1 + count) / (1 + permutations);
  return { method: 'permutation', less: p(hits.less), greater: p(hits.greater), twoSided: p(hits.twoSided) };
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
