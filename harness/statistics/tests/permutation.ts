// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops; a check in them would be run for every draw
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
  const { ranks, heavyRank } = ranksBesideHeaviest(pooled);
  const total = pooled.first + pooled.second;
  const expected = pooled.first * (total + 1);
  const observed = Math.abs(pooled.doubledRankSum - expected);
  let hits = 0;
  for (let round = 0; round < permutations; round++) {
    let sum = 0;
    let left = pooled.first;
    let open = total;
    // Whether each value joins the first sample, one after the other; what is left of it are values of the heaviest group.
    for (const rank of ranks) {
      if (random.uniform() * open < left) {
        sum += rank;
        left--;
      }
      open--;
    }
    if (Math.abs(sum + left * heavyRank - expected) >= observed) hits++;
  }
  return { method: 'permutation', twoSided: (1 + hits) / (1 + permutations) };
}

/** Doubled mid-ranks of all values but those of the largest group of ties, which need not be drawn one by one. */
function ranksBesideHeaviest({ groups }: PooledRanks): { ranks: Int32Array; heavyRank: number } {
  const heaviest = groups.reduce((most, size) => Math.max(most, size), 0);
  const heavy = groups.indexOf(heaviest);
  const ranks: number[] = [];
  let heavyRank = 0;
  let before = 0;
  for (const [index, size] of groups.entries()) {
    const rank = 2 * before + size + 1;
    if (index === heavy) heavyRank = rank;
    else for (let member = 0; member < size; member++) ranks.push(rank);
    before += size;
  }
  return { ranks: Int32Array.from(ranks), heavyRank };
}
