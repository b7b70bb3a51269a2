import { mean, sampleVariance } from 'simple-statistics';
import { studentUpperQuantile } from '../distributions/distribution.ts';
import { divided } from '../samples/sample.ts';
import type { Shift } from './hodges-lehmann.ts';

/**
 * Difference of means, candidate minus base, with Welch's interval. The level of the verdict never depends on it: the
 * rank test or Fisher's test decides, and this only sizes the change. See the README for its measured coverage on skewed
 * counts. If neither side varies there is no interval and `attained` is false.
 * @param base deviations from a common pivot, as are those of `candidate`; both not empty
 */
export function meanDifference(base: Float64Array, candidate: Float64Array, confidence = 0.95): Shift {
  const scale = largestMagnitude(base, candidate);
  const left = divided(base, scale);
  const right = divided(candidate, scale);
  const difference = mean(right) - mean(left);
  const estimate = difference * scale;
  const unknown = {
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
    confidence: 0,
    attained: false,
  };
  if (left.length < 2 || right.length < 2) return { estimate, interval: unknown };
  const half = welchHalfWidth(
    { n: left.length, variance: sampleVariance(left) },
    { n: right.length, variance: sampleVariance(right) },
    confidence,
  );
  if (half === undefined) return { estimate, interval: unknown };
  const bounds = { low: (difference - half) * scale, high: (difference + half) * scale };
  return { estimate, interval: { ...bounds, confidence, attained: true } };
}

/** Size and sample variance of one side. */
export interface Spread {
  n: number;
  variance: number;
}

/**
 * Half the width of Welch's interval for a difference of means, with Satterthwaite's degrees of freedom.
 * @param base of at least two values, as is `candidate`
 * @returns undefined if neither side varies
 */
export function welchHalfWidth(base: Spread, candidate: Spread, confidence: number): number | undefined {
  const ofBase = base.variance / base.n;
  const ofCandidate = candidate.variance / candidate.n;
  const error = ofBase + ofCandidate;
  if (error === 0) return undefined;
  const degrees = error ** 2 / (ofBase ** 2 / (base.n - 1) + ofCandidate ** 2 / (candidate.n - 1));
  return studentUpperQuantile((1 - confidence) / 2, degrees) * Math.sqrt(error);
}

function largestMagnitude(base: Float64Array, candidate: Float64Array): number {
  let largest = 0;
  for (const value of base) largest = Math.max(largest, Math.abs(value));
  for (const value of candidate) largest = Math.max(largest, Math.abs(value));
  return largest === 0 ? 1 : largest;
}
