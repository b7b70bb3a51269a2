import { binaryScale, type MaybeScalar, type Scalar, subtractScalars } from '../samples/value.ts';

/** The points of a series that have a value. Gaps are left out, never filled forward. */
export interface SeriesPoints {
  /** Indexes in the given series, ascending. */
  indexes: readonly number[];
  /** The values themselves. */
  values: readonly Scalar[];
  /** Exact distances from the first value, in units of `scale`, so that sums of them do not overflow. */
  distances: readonly number[];
  /** A power of two, so that dividing by it is exact. */
  scale: number;
}

/** Number of points that are searched: more than a year with one per night. */
export const defaultWindow = 400;

/** The last `window` points that have a value. */
export function presentPoints(series: readonly MaybeScalar[], window: number): SeriesPoints {
  const present = series
    .flatMap((value, index) => (value === undefined || value === null ? [] : [{ value, index }]))
    .slice(-window);
  const values = present.map(({ value }) => value);
  const distances = values.map(value => subtractScalars(value, values[0] ?? 0));
  const farthest = distances.reduce((most, distance) => Math.max(most, Math.abs(distance)), 0);
  const scale = binaryScale(farthest);
  return {
    indexes: present.map(({ index }) => index),
    values,
    distances: distances.map(distance => distance / scale),
    scale,
  };
}
