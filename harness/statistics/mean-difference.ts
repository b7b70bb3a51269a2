import { mean, sampleVariance } from 'simple-statistics';
import { studentUpperQuantile } from './distribution.ts';
import type { Shift } from './hodges-lehmann.ts';

/**
 * Difference of means, candidate minus base, with Welch's interval. The level of the verdict never rests on it (the
 * rank test or Fisher's test decides), it only sizes the change: see the README for its measured coverage on skewed
 * counts. Where neither side varies there is no interval to compute and `attained` is false.
 * @param base deviations from a common pivot, as are those of `candidate`; both not empty
 */
export function meanDifference(base: Float64Array, candidate: Float64Array, confidence = 0.95): Shift {
  const scale = largestMagnitude(base, candidate);
  const left = Array.from(base, value => value / scale);
  const right = Array.from(candidate, value => value / scale);
  const difference = mean(right) - mean(left);
  const estimate = difference * scale;
  const unknown = {
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
    confidence: 0,
    attained: false,
  };
  if (left.length < 2 || right.length < 2) return { estimate, interval: unknown };
  const ofBase = sampleVariance(left) / left.length;
  const ofCandidate = sampleVariance(right) / right.length;
  const error = ofBase + ofCandidate;
  if (error === 0) return { estimate, interval: unknown };
  const degrees = error ** 2 / (ofBase ** 2 / (left.length - 1) + ofCandidate ** 2 / (right.length - 1));
  const half = studentUpperQuantile((1 - confidence) / 2, degrees) * Math.sqrt(error);
  return {
    estimate,
    interval: {
      low: (difference - half) * scale,
      high: (difference + half) * scale,
      confidence,
      attained: true,
    },
  };
}

function largestMagnitude(base: Float64Array, candidate: Float64Array): number {
  let largest = 0;
  for (const value of base) largest = Math.max(largest, Math.abs(value));
  for (const value of candidate) largest = Math.max(largest, Math.abs(value));
  return largest === 0 ? 1 : largest;
}
