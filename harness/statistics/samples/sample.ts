// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops; a check in them would be run for every value
import { checkScalar, compareScalars, type MaybeScalar, type Scalar, subtractScalars } from './value.ts';

/** The values of one metric on one side, checked and sorted. Made by `makeSample`. */
export interface Sample {
  /** Ascending; exact. */
  ordered: readonly Scalar[];
  /** Number of trials without a value. They are reported, and never treated as zero. */
  missing: number;
  /** Number of values that are exactly zero. */
  zeros: number;
}

/**
 * Checks and sorts the values of one side.
 * @param place names the sample in an error, such as `failed_becoming of vcpus=8, base`
 * @throws UsageError VALUE_INVALID for NaN, infinities and magnitudes above 1e300
 */
export function makeSample(values: readonly MaybeScalar[], place = 'sample'): Sample {
  const present: Scalar[] = [];
  let doubles = true;
  let zeros = 0;
  for (const value of values) {
    if (value === undefined || value === null) continue;
    present.push(checkScalar(value, place));
    if (typeof value === 'bigint') doubles = false;
    if (value === 0 || value === 0n) zeros++;
  }
  // A typed array needs no call for each comparison, which are millions.
  const ordered = doubles
    ? Array.from(Float64Array.from(present as number[]).sort())
    : present.sort(compareScalars);
  return { ordered, missing: values.length - present.length, zeros };
}

/** Whether all values of a non-empty sample are the same. */
export function isConstant(sample: Sample): boolean {
  const least = sample.ordered[0];
  const greatest = sample.ordered.at(-1);
  return least !== undefined && greatest !== undefined && compareScalars(least, greatest) === 0;
}

/** Distances of all values from a pivot, exact before one rounding to a double; ascending. */
export function deviations(sample: Sample, pivot: Scalar): Float64Array {
  const result = new Float64Array(sample.ordered.length);
  for (let index = 0; index < result.length; index++) {
    result[index] = subtractScalars(sample.ordered[index]!, pivot);
  }
  return result;
}

/** All values divided by a scale, as an array for simple-statistics. */
export function divided(values: Float64Array, scale: number): number[] {
  const result = new Array<number>(values.length);
  for (let index = 0; index < result.length; index++) result[index] = values[index]! / scale;
  return result;
}

/** Both samples merged: the tie groups in ascending order, and the rank sum of the first sample. */
export interface PooledRanks {
  /** Sizes of the two samples. */
  first: number;
  second: number;
  /** Members of each group of equal values, ascending. */
  groups: Int32Array;
  /** Twice the sum of the first sample's mid-ranks: always an integer. */
  doubledRankSum: number;
}

/** Mid-ranks of the first sample among both, using exact comparisons. */
export function poolRanks(first: Sample, second: Sample): PooledRanks {
  const groups: number[] = [];
  const left = first.ordered;
  const right = second.ordered;
  let i = 0;
  let j = 0;
  let doubledRankSum = 0;
  while (i < left.length || j < right.length) {
    const value = j >= right.length || (i < left.length && left[i]! <= right[j]!) ? left[i]! : right[j]!;
    const before = i + j;
    const startOfLeft = i;
    while (i < left.length && left[i]! <= value) i++;
    while (j < right.length && right[j]! <= value) j++;
    const size = i + j - before;
    doubledRankSum += (i - startOfLeft) * (2 * before + size + 1);
    groups.push(size);
  }
  return { first: left.length, second: right.length, groups: Int32Array.from(groups), doubledRankSum };
}
