import { median } from 'simple-statistics';
import { normalTail } from '../distributions/distribution.ts';
import { varianceInflation } from './autocorrelation.ts';
import { segmentsOf } from './segment.ts';

/** A test for a trend inside the segments of a series. */
export interface TrendTest {
  /** Kendall's S: rising pairs within segments minus falling ones. */
  s: number;
  /** Variance of S without a trend, accounting for ties and autocorrelation. */
  variance: number;
  /** Two-sided, by the normal approximation with continuity correction. */
  p: number;
}

/**
 * The Mann-Kendall test (Mann 1945, Kendall 1975) summed over segments, as the seasonal test of Hirsch, Slack and Smith
 * (1982) sums over seasons, so that a step between segments is not a trend. The variance is corrected for autocorrelation
 * by the effective number of points (Yue and Wang 2004).
 * @param cuts the first point of each segment except the first one
 * @param autocorrelation of the noise at lag one
 */
export function trendTest(
  points: readonly number[],
  cuts: readonly number[] = [],
  autocorrelation = 0,
): TrendTest {
  let s = 0;
  let variance = 0;
  for (const segment of segmentsOf(points, cuts)) {
    s += kendallS(segment.points);
    variance += kendallVariance(segment.points) * varianceInflation(segment.points.length, autocorrelation);
  }
  const z = variance === 0 ? 0 : Math.max(0, Math.abs(s) - 1) / Math.sqrt(variance);
  return { s, variance, p: Math.min(1, 2 * normalTail(z)) };
}

function kendallS(points: readonly number[]): number {
  let s = 0;
  points.forEach((point, index) => {
    for (let earlier = 0; earlier < index; earlier++) s += Math.sign(point - (points[earlier] as number));
  });
  return s;
}

function kendallVariance(points: readonly number[]): number {
  const groups = new Map<number, number>();
  for (const point of points) groups.set(point, (groups.get(point) ?? 0) + 1);
  const term = (size: number) => size * (size - 1) * (2 * size + 5);
  return [...groups.values()].reduce((rest, size) => rest - term(size), term(points.length)) / 18;
}

/**
 * The median slope of all pairs within segments (Sen 1968), per unit of time.
 * @param times ascending; pairs with equal times are left out
 * @returns undefined if there is no pair
 */
export function medianSlope(
  points: readonly number[],
  times: readonly number[],
  cuts: readonly number[] = [],
): number | undefined {
  const slopes: number[] = [];
  for (const segment of segmentsOf(points, cuts)) {
    segment.points.forEach((point, offset) => {
      for (let earlier = segment.from; earlier < segment.from + offset; earlier++) {
        const time = (times[segment.from + offset] as number) - (times[earlier] as number);
        if (time > 0) slopes.push((point - (points[earlier] as number)) / time);
      }
    });
  }
  return slopes.length === 0 ? undefined : median(slopes);
}
