// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops; a check in them would be run for every sum of ranks
import { choose, greatestCommonDivisor } from './distribution.ts';
import { type Allocate, countSubsets, cumulate, type Grid, type SubsetCounts } from './subset-counts.ts';

/**
 * The null distribution of the rank sum given the ties: every choice of `chosen` out of the pooled values is equally
 * likely. Counts are doubles: exact integers up to 56 pooled values, sums of non-negative terms beyond (no cancellation).
 */
export interface RankDistribution {
  /** P(doubled rank sum <= limit). */
  lower(limit: number): number;
  /** P(doubled rank sum >= limit). */
  upper(limit: number): number;
  /** The smallest and the largest possible doubled rank sum. */
  least: number;
  greatest: number;
  /** P(the least) and P(the greatest). */
  leastProbability: number;
  greatestProbability: number;
}

/**
 * Counts subsets of each of two halves of the tie groups, the upper half mirrored so that both grids start at zero; a
 * tail joins the halves. This costs a third of the plain dynamic program over all groups (Streitberg and Roehmel 1986).
 * @param allocate returns memory for the result, which is valid as long as that memory; default: new arrays
 */
export function rankDistribution(
  groups: Int32Array,
  chosen: number,
  allocate: Allocate = length => new Float64Array(length),
): RankDistribution {
  const { places, step, origin, total } = gridOf(groups);
  const split = splitIndex(groups, total);
  const top = places[places.length - 1] ?? 0;
  const low = countSubsets(
    { places: places.slice(0, split), sizes: Array.from(groups.subarray(0, split)) },
    chosen,
    allocate,
  );
  const mirrored: Grid = { places: [], sizes: [] };
  for (let index = groups.length - 1; index >= split; index--) {
    mirrored.places.push(top - places[index]!);
    mirrored.sizes.push(groups[index]!);
  }
  const high = countSubsets(mirrored, chosen, allocate);
  const all = choose(total, chosen);
  const fromLeft = cumulate(high, 'prefix', allocate);
  const fromRight = cumulate(high, 'suffix', allocate);
  const toSum = (limit: number) => (limit - chosen * origin) / step;
  const { least, greatest, leastOf, greatestOf } = extremeDeals(groups, chosen);
  return {
    least,
    greatest,
    lower: limit => joinTails(low, fromRight, chosen, top, Math.floor(toSum(limit)), 'lower') / all,
    upper: limit => joinTails(low, fromLeft, chosen, top, Math.ceil(toSum(limit)), 'upper') / all,
    leastProbability: choose(...leastOf) / all,
    greatestProbability: choose(...greatestOf) / all,
  };
}

function gridOf(groups: Int32Array): { places: number[]; step: number; origin: number; total: number } {
  const doubledRanks: number[] = [];
  let before = 0;
  for (const size of groups) {
    doubledRanks.push(2 * before + size + 1);
    before += size;
  }
  const origin = doubledRanks[0] ?? 0;
  let step = 0;
  for (const rank of doubledRanks) step = greatestCommonDivisor(step, rank - origin);
  if (step === 0) step = 1;
  return { places: doubledRanks.map(rank => (rank - origin) / step), step, origin, total: before };
}

function splitIndex(groups: Int32Array, total: number): number {
  let seen = 0;
  for (let index = 0; index < groups.length; index++) {
    seen += groups[index]!;
    if (seen * 2 >= total) return index + 1;
  }
  return groups.length;
}

/** Subsets whose total lies at or beyond `limit`. `high` is mirrored: its true sum is members * top - s. */
function joinTails(
  low: SubsetCounts,
  high: SubsetCounts,
  chosen: number,
  top: number,
  limit: number,
  tail: 'lower' | 'upper',
): number {
  let ways = 0;
  for (let k = Math.max(0, chosen - high.most); k <= low.most; k++) {
    const others = chosen - k;
    const row = high.starts[others]!;
    const last = high.starts[others + 1]! - 1 - row;
    // For the sum s of this half, the running sum of the other half is read at index offset + s.
    const offset = others * top - limit - high.floors[others]!;
    const floor = low.floors[k]!;
    const ceiling = low.ceilings[k]!;
    const ofLow = low.starts[k]! - floor;
    // Skip sums for which no sum of the other half reaches far enough.
    const from = tail === 'lower' ? floor : Math.max(floor, -offset);
    const to = tail === 'lower' ? Math.min(ceiling, last - offset) : ceiling;
    for (let s = from; s <= to; s++) {
      const place = offset + s;
      ways += low.counts[ofLow + s]! * high.counts[row + (place < 0 ? 0 : place > last ? last : place)]!;
    }
  }
  return ways;
}

/** The choices of `chosen` pooled values with the smallest and with the largest rank sum. */
export interface ExtremeDeals {
  /** Doubled rank sums. */
  least: number;
  greatest: number;
  /** The tie group from which not all values are taken: its size, and how many; the number of ways is their binomial. */
  leastOf: [size: number, taken: number];
  greatestOf: [size: number, taken: number];
}

/** Finds both without enumerating: the lowest or the highest values are taken, group by group. */
export function extremeDeals(groups: Int32Array, chosen: number): ExtremeDeals {
  let total = 0;
  for (const size of groups) total += size;
  const ascending = fillFrom(groups, chosen);
  const descending = fillFrom(Int32Array.from(groups).reverse(), chosen);
  return {
    least: ascending.doubledSum,
    // From above, ranks are counted backwards.
    greatest: chosen * 2 * (total + 1) - descending.doubledSum,
    leastOf: ascending.last,
    greatestOf: descending.last,
  };
}

/** The first `chosen` values of groups in order: their doubled rank sum, and what is taken of the last group. */
function fillFrom(groups: Int32Array, chosen: number): { doubledSum: number; last: [number, number] } {
  let before = 0;
  let left = chosen;
  let doubledSum = 0;
  let last: [number, number] = [0, 0];
  for (const size of groups) {
    if (left === 0) break;
    const taken = Math.min(left, size);
    doubledSum += taken * (2 * before + size + 1);
    last = [size, taken];
    left -= taken;
    before += size;
  }
  return { doubledSum, last };
}
