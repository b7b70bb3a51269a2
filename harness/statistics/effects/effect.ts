import type { Summary } from '../samples/descriptive.ts';
import { deviations, isConstant, type Sample } from '../samples/sample.ts';
import { rateDifference } from './clopper-pearson.ts';
import { hodgesLehmann } from './hodges-lehmann.ts';
import type { Interval } from './interval.ts';
import { meanDifference } from './mean-difference.ts';

/** The size of a change, candidate minus base, in the metric's unit. */
export interface Effect {
  kind: 'shift' | 'mean difference';
  estimate: number;
  interval: Interval;
  /** The base's mean or median, to which `fraction` refers. */
  centre: number;
  /** Estimate over the base's centre; undefined when that is zero, for then no percentage exists. */
  fraction: number | undefined;
}

/** Without spread on either side, a trial that deviates is only excluded up to a rate: this one or less is enough. */
const excludedRate = 1 / 3;

/**
 * Hodges and Lehmann's shift for times, the difference of means for counts.
 * @param base not empty, as is `candidate`
 */
export function measureEffect(
  kind: Effect['kind'],
  base: Sample,
  candidate: Sample,
  baseSummary: Summary,
  confidence: number,
): Effect {
  const pivot = base.ordered[0]!;
  const left = deviations(base, pivot);
  const right = deviations(candidate, pivot);
  const centre = (kind === 'shift' ? baseSummary.median : baseSummary.mean)!;
  if (isConstant(base) && isConstant(candidate)) {
    const estimate = right[0]! - left[0]!;
    const interval = constantInterval(estimate, base.ordered.length, candidate.ordered.length, confidence);
    return { kind, estimate, interval, centre, fraction: fractionOf(estimate, centre) };
  }
  const { estimate, interval } =
    kind === 'shift' ? hodgesLehmann(left, right, confidence) : meanDifference(left, right, confidence);
  return { kind, estimate, interval, centre, fraction: fractionOf(estimate, centre) };
}

function fractionOf(estimate: number, centre: number): number | undefined {
  return centre === 0 ? undefined : estimate / Math.abs(centre);
}

/** A point, believed only when enough trials agree that a rare deviation would have shown. */
function constantInterval(estimate: number, base: number, candidate: number, confidence: number): Interval {
  const bound = deviationBound(base, candidate, confidence);
  const attained = bound <= excludedRate;
  return { low: estimate, high: estimate, confidence: attained ? confidence : 0, attained };
}

/** The largest difference in the rate of deviating trials that sizes without any deviation leave possible. */
export function deviationBound(base: number, candidate: number, confidence: number): number {
  const none = { base: { events: 0, trials: base }, candidate: { events: 0, trials: candidate } };
  const { interval } = rateDifference(none, confidence);
  return Math.max(interval.high, -interval.low);
}
