import { normalUpperQuantile } from '../distributions/distribution.ts';

/** The chance in one simulated study: exponential weights of its values, and two standard normal numbers. */
export interface StudyChance {
  weights: Float64Array;
  first: number;
  second: number;
}

/** Values of which a study can weigh each. */
export const mostWeighed = 256;

/** All metrics share the same studies, so that one is sized in a fraction of a millisecond. */
const studies = 64;

/**
 * The share of studies that must succeed. It is more than the four of five that are promised: the few trials so far rarely
 * hold the greatest values, on which the spread rests (measured: see README).
 */
const share = 0.85;

let drawn: readonly StudyChance[] | undefined;

function chances(): readonly StudyChance[] {
  drawn ??= drawChances();
  return drawn;
}

function drawChances(): StudyChance[] {
  // Normal numbers at even steps of probability: so few drawn at random would themselves be uneven.
  const normals = Array.from({ length: studies }, (_, place) => normalUpperQuantile((place + 0.5) / studies));
  return normals.map((first, study) => ({
    weights: Float64Array.from({ length: mostWeighed }, (_, place) =>
      exponential(study * mostWeighed + place + 1),
    ),
    first,
    // An odd factor permutes the steps, so that the two are as good as independent.
    second: normals[(study * 37 + 11) % studies] ?? 0,
  }));
}

/** The k-th of a fixed series of exponential numbers: the fractions of k^2 sqrt(2) are spread like random ones (Weyl 1916). */
function exponential(k: number): number {
  return -Math.log(1 - ((k ** 2 * Math.SQRT2) % 1));
}

/**
 * The fewest trials per side with which enough simulated studies succeed; always the same.
 * @param trialsOf the fewest with which one study does, infinite where none would do
 */
export function sizeByStudies(trialsOf: (chance: StudyChance) => number): number {
  const ascending = Float64Array.from(chances(), trialsOf).sort();
  return Math.ceil(ascending[Math.floor(share * studies)] ?? Number.POSITIVE_INFINITY);
}
