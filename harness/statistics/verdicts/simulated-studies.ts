import { normalUpperQuantile } from '../distributions/distribution.ts';

/** The random numbers of one simulated study: exponential weights of its values, and two standard normal numbers. */
export interface StudyChance {
  weights: Float64Array;
  first: number;
  second: number;
}

/** Maximum number of values that a study can weight. */
export const mostWeighed = 256;

/** All metrics share the same studies, so that each takes a fraction of a millisecond. */
const studies = 64;

/**
 * The share of studies that must succeed. It is higher than the guaranteed four of five, because the few trials so far rarely
 * include the largest values, which dominate the spread (measured: see README).
 */
const share = 0.85;

let drawn: readonly StudyChance[] | undefined;

function chances(): readonly StudyChance[] {
  drawn ??= drawChances();
  return drawn;
}

function drawChances(): StudyChance[] {
  // Normal quantiles at even steps of probability, because a few random draws would be uneven.
  const normals = Array.from({ length: studies }, (_, place) => normalUpperQuantile((place + 0.5) / studies));
  return normals.map((first, study) => ({
    weights: Float64Array.from({ length: mostWeighed }, (_, place) =>
      exponential(study * mostWeighed + place + 1),
    ),
    first,
    // An odd factor permutes the steps, so that the two are practically independent.
    second: normals[(study * 37 + 11) % studies] ?? 0,
  }));
}

/** The k-th of a fixed series of exponential numbers: the fractions of k^2 sqrt(2) are spread like random ones (Weyl 1916). */
function exponential(k: number): number {
  return -Math.log(1 - ((k ** 2 * Math.SQRT2) % 1));
}

/**
 * The minimum number of trials per side with which enough simulated studies succeed. Deterministic.
 * @param trialsOf the minimum number for one study, infinite if there is none
 */
export function sizeByStudies(trialsOf: (chance: StudyChance) => number): number {
  const ascending = Float64Array.from(chances(), trialsOf).sort();
  return Math.ceil(ascending[Math.floor(share * studies)] ?? Number.POSITIVE_INFINITY);
}
