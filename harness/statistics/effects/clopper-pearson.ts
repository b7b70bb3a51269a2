import { betaQuantile, normalUpperQuantile } from '../distributions/distribution.ts';
import type { EventTable } from '../tests/fisher.ts';
import type { Interval } from './interval.ts';

const known = new Map<string, Interval>();
const knownLimit = 4096;

/**
 * The exact interval for a rate (Clopper and Pearson 1934): never covers less than `confidence`, often more.
 * @param confidence such as 0.95
 */
export function clopperPearson(events: number, trials: number, confidence = 0.95): Interval {
  const key = `${events}/${trials}/${confidence}`;
  const found = known.get(key);
  if (found) return found;
  const tail = (1 - confidence) / 2;
  const low = events === 0 ? 0 : betaQuantile(tail, events, trials - events + 1);
  const high = events === trials ? 1 : 1 - betaQuantile(tail, trials - events, events + 1);
  const interval = { low, high, confidence, attained: trials > 0 };
  if (known.size < knownLimit) known.set(key, interval);
  return interval;
}

/** Wilson's score interval for a rate (1927); the building block of `rateDifference`. */
function wilson(events: number, trials: number, confidence = 0.95): { low: number; high: number } {
  if (trials === 0) return { low: 0, high: 1 };
  const z = normalUpperQuantile((1 - confidence) / 2);
  const rate = events / trials;
  const centre = rate + (z * z) / (2 * trials);
  const half = z * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return {
    low: events === 0 ? 0 : (centre - half) / scale,
    high: events === trials ? 1 : (centre + half) / scale,
  };
}

/** Difference of two rates, candidate minus base. */
export interface RateDifference {
  estimate: number;
  interval: Interval;
}

/**
 * Difference of two rates, candidate minus base, with Newcombe's hybrid score interval (1998, method 10). At 0 of n
 * against 0 of n it keeps a width, where the usual interval collapses to a point.
 */
export function rateDifference({ base, candidate }: EventTable, confidence = 0.95): RateDifference {
  const baseRate = base.trials === 0 ? 0 : base.events / base.trials;
  const candidateRate = candidate.trials === 0 ? 0 : candidate.events / candidate.trials;
  const ofBase = wilson(base.events, base.trials, confidence);
  const ofCandidate = wilson(candidate.events, candidate.trials, confidence);
  const estimate = candidateRate - baseRate;
  return {
    estimate,
    interval: {
      low: Math.max(-1, estimate - Math.hypot(candidateRate - ofCandidate.low, ofBase.high - baseRate)),
      high: Math.min(1, estimate + Math.hypot(ofCandidate.high - candidateRate, baseRate - ofBase.low)),
      confidence,
      attained: base.trials > 0 && candidate.trials > 0,
    },
  };
}
