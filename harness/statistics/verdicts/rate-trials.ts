import { normalUpperQuantile } from '../distributions/distribution.ts';
import { type StudyChance, sizeByStudies } from './simulated-studies.ts';

/** The change of the rate of nonzero counts that further trials must be able to detect. */
export interface RateChange {
  /** Nonzero trials so far, on both sides together, and all trials. */
  events: number;
  trials: number;
  /** The change of the share of such trials. */
  change: number;
  /** The change that an estimate must reach to count; 0 accepts any. */
  gate: number;
  /** Two-sided level that the test must reach. */
  alpha: number;
}

/**
 * Trials per side with which Fisher's test rejects in most simulated studies and the estimate reaches the gate. Each study
 * draws the base rate from its posterior given the trials so far, and uses the normal approximation with the continuity
 * correction of Casagrande, Pike and Smith (1978).
 */
export function trialsForRates({ events, trials, change, gate, alpha }: RateChange): number {
  const level = normalUpperQuantile(alpha / 2);
  return sizeByStudies(({ weights, first }) => {
    const from = possibleRate(weights, events, trials);
    const to = Math.min(1, from + change);
    const distance = to - from;
    if (distance <= gate) return Number.POSITIVE_INFINITY;
    const middle = (from + to) / 2;
    const deviation = Math.sqrt(from * (1 - from) + to * (1 - to));
    // difference - 1 / n >= level sqrt(2 middle (1 - middle) / n), solved for the root of n.
    const needed = level * Math.sqrt(2 * middle * (1 - middle)) - deviation * first;
    const rejecting = (needed + Math.sqrt(needed ** 2 + 4 * distance)) / (2 * distance);
    const reaching = (-first * deviation) / (distance - gate);
    return Math.max(rejecting, reaching) ** 2;
  });
}

/** A draw from the posterior of a rate: a Beta distribution with Jeffreys' prior, from the weights of a study. */
function possibleRate(weights: StudyChance['weights'], events: number, trials: number): number {
  const [ofEvents = 0, ofOthers = 0] = weights;
  const rest = weights.subarray(2);
  const scale = Math.max(1, trials / rest.length);
  const withEvent = Math.round(events / scale);
  const without = Math.round((trials - events) / scale);
  const add = (total: number, weight: number) => total + weight;
  const hits = rest.subarray(0, withEvent).reduce(add, ofEvents / 2);
  return hits / rest.subarray(withEvent, withEvent + without).reduce(add, hits + ofOthers / 2);
}
