// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops; a check in them would be run for every sum of ranks
/**
 * The dynamic program behind the exact rank test: how many subsets of tied ranks have each sum.
 * @module
 */
import { choose } from './distribution.ts';

/**
 * Subset counts of one half of the tie groups. Row k holds the number of ways to choose k members by their sum, from the
 * smallest to the largest possible sum of k members: `counts[starts[k] + s - floors[k]]`.
 */
export interface SubsetCounts {
  counts: Float64Array;
  most: number;
  /** Start of each row, followed by the end of the last one. */
  starts: Int32Array;
  /** The smallest and the largest sum for each number of members. */
  floors: Int32Array;
  ceilings: Int32Array;
}

/** Groups of equal values with their places on a common integer grid that starts at zero. */
export interface Grid {
  places: number[];
  sizes: number[];
}

/** Returns an array of zeros. */
export type Allocate = (length: number) => Float64Array;

/**
 * An allocator that returns parts of one buffer, because thousands of short-lived arrays would burden the garbage
 * collector. Its arrays are valid until `reset`.
 */
export function makeScratch(): { allocate: Allocate; reset: () => void } {
  let buffer = new Float64Array(1 << 16);
  let used = 0;
  const allocate = (length: number): Float64Array => {
    if (used + length > buffer.length) {
      buffer = new Float64Array(2 * Math.max(length, buffer.length));
      used = 0;
    }
    used += length;
    return buffer.subarray(used - length, used).fill(0);
  };
  const reset = () => {
    used = 0;
  };
  return { allocate, reset };
}

/** Counts the subsets of a grid by size and sum, up to `chosen` members. */
export function countSubsets(grid: Grid, chosen: number, allocate: Allocate): SubsetCounts {
  let members = 0;
  for (const size of grid.sizes) members += size;
  const most = Math.min(chosen, members);
  const floors = extremeSums(grid, most, 'least');
  const ceilings = extremeSums(grid, most, 'greatest');
  const starts = new Int32Array(most + 2);
  for (let k = 0; k <= most; k++) starts[k + 1] = starts[k]! + ceilings[k]! - floors[k]! + 1;
  const counts = allocate(starts[most + 1]!);
  counts[0] = 1;
  const table = { counts, most, starts, floors, ceilings };
  const half = Math.min(most, Math.floor(members / 2));
  const reached = new Int32Array(half + 1).fill(-1);
  reached[0] = 0;
  let seen = 0;
  for (let index = 0; index < grid.sizes.length; index++) {
    const size = grid.sizes[index]!;
    seen += size;
    addGroup(table, reached, Math.min(half, seen), size, grid.places[index]!);
  }
  for (let k = half + 1; k <= most; k++) mirrorRow(table, members - k, k);
  return table;
}

/** Choosing k members means leaving out the rest: row k is the row of the rest, read backwards. */
function mirrorRow({ counts, starts }: SubsetCounts, rest: number, k: number): void {
  const last = starts[rest + 1]! - 1;
  const to = starts[k]!;
  for (let step = starts[k + 1]! - 1 - to; step >= 0; step--) counts[to + step] = counts[last - step]!;
}

/** The sum of the k lowest or highest places, for every k. */
function extremeSums({ sizes, places }: Grid, most: number, which: 'least' | 'greatest'): Int32Array {
  const sums = new Int32Array(most + 1);
  let k = 0;
  for (let step = 0; step < sizes.length && k < most; step++) {
    const index = which === 'least' ? step : sizes.length - 1 - step;
    for (let member = 0; member < sizes[index]! && k < most; member++, k++) {
      sums[k + 1] = sums[k]! + places[index]!;
    }
  }
  return sums;
}

/**
 * Adds 1 to `size` members of one tie group. Larger choices come first, so that the group is not used twice.
 * @param reached the largest sum so far for each number of members; -1 if there is none yet
 */
function addGroup(table: SubsetCounts, reached: Int32Array, most: number, size: number, place: number): void {
  const { counts, starts, floors } = table;
  for (let k = most; k > 0; k--) {
    for (let taken = 1; taken <= Math.min(size, k); taken++) {
      const less = k - taken;
      const last = reached[less]! - floors[less]!;
      if (last < 0) continue;
      const ways = size === 1 ? 1 : choose(size, taken);
      const from = starts[less]!;
      const to = starts[k]! + floors[less]! + taken * place - floors[k]!;
      for (let step = 0; step <= last; step++) counts[to + step]! += ways * counts[from + step]!;
      reached[k] = Math.max(reached[k]!, reached[less]! + taken * place);
    }
  }
}

/** Running sums of every row, so that a tail is one look-up: from the low sums, or from the high ones. */
export function cumulate(
  source: SubsetCounts,
  direction: 'prefix' | 'suffix',
  allocate: Allocate,
): SubsetCounts {
  const { starts, most } = source;
  const counts = allocate(source.counts.length);
  for (let k = 0; k <= most; k++) {
    const from = starts[k]!;
    const to = starts[k + 1]!;
    let sum = 0;
    if (direction === 'prefix') for (let s = from; s < to; s++) counts[s] = sum += source.counts[s]!;
    else for (let s = to - 1; s >= from; s--) counts[s] = sum += source.counts[s]!;
  }
  return { ...source, counts };
}
