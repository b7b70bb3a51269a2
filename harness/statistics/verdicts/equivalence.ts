import { type Interval, liesInside } from '../effects/interval.ts';
import { welchHalfWidth } from '../effects/mean-difference.ts';
import { compareScalars } from '../samples/value.ts';
import type { MeasuredComparison } from './comparison.ts';

/** Which changes as large as the gate the trials exclude. */
export interface Exclusion {
  /** A shift of all trials: the interval of the change lies inside the gate. */
  shift: boolean;
  /** A change, by the rate that counts, of the share of trials whose distance from the median is at least the gate. */
  bursts: boolean;
}

/**
 * The changes excluded at the level of the intervals. A claim of no change needs both: a mean ignores a rare burst, and a
 * rate says nothing about a shift that all trials share.
 */
export function excludedChange(comparison: MeasuredComparison): Exclusion {
  const { effect, rates, bursts, threshold } = comparison;
  const still = isWithoutSpread(comparison)
    ? effect.estimate === 0 || Math.abs(effect.estimate) < threshold
    : liesInside(effect.interval, threshold) && liesInside(strictInterval(comparison), threshold);
  const rate = rates?.gate === undefined || liesInside(rates.difference.interval, rates.gate);
  return { shift: still, bursts: rate && bursts.bound < comparison.burstGate };
}

/**
 * The interval that must lie inside the gate. For a mean, the tails are halved: with skewed counts, trials that happen to
 * be low also vary little, and the end of Welch's interval misses the truth up to twice as often as stated.
 */
function strictInterval({ effect, base, candidate, confidence }: MeasuredComparison): Interval {
  if (effect.kind === 'shift' || base.deviation === undefined || candidate.deviation === undefined)
    return effect.interval;
  const strict = (1 + confidence) / 2;
  const scale = Math.max(base.deviation, candidate.deviation);
  const half = welchHalfWidth(
    { n: base.n, variance: (base.deviation / scale) ** 2 },
    { n: candidate.n, variance: (candidate.deviation / scale) ** 2 },
    strict,
  );
  if (half === undefined) return effect.interval;
  const { estimate } = effect;
  return { low: estimate - half * scale, high: estimate + half * scale, confidence: strict, attained: true };
}

/** Whether each side is constant. The two values may differ. */
function isWithoutSpread({ base, candidate }: MeasuredComparison): boolean {
  return (
    compareScalars(base.least, base.greatest) === 0 &&
    compareScalars(candidate.least, candidate.greatest) === 0
  );
}

/** Whether all trials of both sides gave the same value. */
export function isAllEqual(comparison: MeasuredComparison): boolean {
  return isWithoutSpread(comparison) && comparison.effect.estimate === 0;
}
