import { choose } from './distribution.ts';

/** Subset counts of one half of the tie groups: `counts[k * width + s]` ways to choose k members with sum s. */
export interface SubsetCounts {
  counts: Float64Array;
  width: number;
  most: number;
  /** The least and the greatest sum of each number of members. */
  floors: Int32Array;
  ceilings: Int32Array;
}

/** Groups of equal values with their place on a common integer grid that starts at zero. */
export interface Grid {
  places: number[];
  sizes: number[];
}

/** Gives out an array of zeros. */
export type Allocate = (length: number) => Float64Array;

/**
 * An allocator that hands out parts of one buffer, because thousands of short-lived arrays keep the collector busy.
 * What it gave out is valid until `reset`.
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
  const width = greatestSum(grid, most) + 1;
  const counts = allocate((most + 1) * width);
  counts[0] = 1;
  const floors = leastSums(grid, most);
  const ceilings = new Int32Array(most + 1).fill(-1);
  ceilings[0] = 0;
  const table = { counts, width, most, floors, ceilings };
  let seen = 0;
  for (let index = 0; index < grid.sizes.length; index++) {
    const size = grid.sizes[index]!;
    seen += size;
    addGroup(table, Math.min(most, seen), size, grid.places[index]!);
  }
  return table;
}

/** The sum of the k lowest places, for every k: nothing lies below it, so no loop need start lower. */
function leastSums(grid: Grid, most: number): Int32Array {
  const sums = new Int32Array(most + 1);
  let k = 0;
  for (let index = 0; index < grid.sizes.length && k < most; index++) {
    for (let member = 0; member < grid.sizes[index]! && k < most; member++, k++) {
      sums[k + 1] = sums[k]! + grid.places[index]!;
    }
  }
  return sums;
}

function greatestSum(grid: Grid, most: number): number {
  let left = most;
  let sum = 0;
  for (let index = grid.sizes.length - 1; index >= 0 && left > 0; index--) {
    const taken = Math.min(left, grid.sizes[index]!);
    sum += taken * grid.places[index]!;
    left -= taken;
  }
  return sum;
}

/** Lets 1 to `size` members of one tie group join; larger choices first, so that the group is not used twice. */
function addGroup(table: SubsetCounts, most: number, size: number, place: number): void {
  const { counts, width, floors, ceilings } = table;
  for (let k = most; k > 0; k--) {
    for (let taken = 1; taken <= Math.min(size, k); taken++) {
      const ceiling = ceilings[k - taken]!;
      if (ceiling < 0) continue;
      const ways = choose(size, taken);
      const from = (k - taken) * width;
      const to = k * width + taken * place;
      for (let sum = floors[k - taken]!; sum <= ceiling; sum++)
        counts[to + sum]! += ways * counts[from + sum]!;
      ceilings[k] = Math.max(ceilings[k]!, ceiling + taken * place);
    }
  }
}

/** Running sums of every row, so that a tail is one look-up: from the low sums, or from the high ones. */
export function cumulate(
  source: SubsetCounts,
  direction: 'prefix' | 'suffix',
  allocate: Allocate,
): SubsetCounts {
  const { width, most } = source;
  const counts = allocate(source.counts.length);
  for (let k = 0; k <= most; k++) {
    const row = k * width;
    let sum = 0;
    if (direction === 'prefix') for (let s = row; s < row + width; s++) counts[s] = sum += source.counts[s]!;
    else for (let s = row + width - 1; s >= row; s--) counts[s] = sum += source.counts[s]!;
  }
  return { ...source, counts };
}
