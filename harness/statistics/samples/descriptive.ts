import { mean, sampleStandardDeviation } from 'simple-statistics';
import { deviations, divided, type Sample } from './sample.ts';
import { type Scalar, subtractScalars } from './value.ts';

/** Summary statistics of a sample. */
export interface Summary {
  n: number;
  missing: number;
  zeros: number;
  /** Undefined for an empty sample. */
  least: Scalar | undefined;
  greatest: Scalar | undefined;
  mean: number | undefined;
  median: number | undefined;
  /** Sample standard deviation (divisor n - 1); undefined below two values. */
  deviation: number | undefined;
}

/** A side with at least one value. */
export interface MeasuredSummary extends Summary {
  least: Scalar;
  greatest: Scalar;
  mean: number;
  median: number;
}

/** Whether a sample has at least one value, and so a mean, a median and so on. */
export function hasValues(summary: Summary): summary is MeasuredSummary {
  return summary.n > 0;
}

/**
 * Describes a sample. Works on exact distances from the smallest value, scaled to one, so that 10^7 + 0.1 keeps its
 * digits, 2^63 keeps its last one and 1e-300 does not underflow when squared (NIST StRD NumAcc1 to 4).
 */
export function summarise(sample: Sample): Summary {
  const { ordered, missing, zeros } = sample;
  const n = ordered.length;
  const least = ordered[0];
  const greatest = ordered[n - 1];
  if (least === undefined) {
    return { n, missing, zeros, least, greatest, mean: undefined, median: undefined, deviation: undefined };
  }
  const { scale, scaled } = scaledDeviations(sample, least);
  const origin = Number(least);
  return {
    n,
    missing,
    zeros,
    least,
    greatest,
    mean: origin + mean(scaled) * scale,
    median: medianOf(ordered),
    deviation: n < 2 ? undefined : sampleStandardDeviation(scaled) * scale,
  };
}

/** The middle value itself, or the mean of the middle two. */
function medianOf(ordered: readonly Scalar[]): number {
  const middle = Math.floor(ordered.length / 2);
  // biome-ignore lint/style/noNonNullAssertion: the sample has values
  const upper = ordered[middle]!;
  const lower = ordered[middle - 1];
  if (ordered.length % 2 === 1 || lower === undefined) return Number(upper);
  return Number(lower) + subtractScalars(upper, lower) / 2;
}

/** Ascending distances from the smallest value, divided by the largest, so that squares neither overflow nor vanish. */
function scaledDeviations(sample: Sample, least: Scalar): { scale: number; scaled: number[] } {
  const distances = deviations(sample, least);
  const scale = distances.at(-1) || 1;
  return { scale, scaled: divided(distances, scale) };
}
