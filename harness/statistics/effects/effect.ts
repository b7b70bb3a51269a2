import type { Summary } from '../samples/descriptive.ts';
import { deviations, isConstant, type Sample } from '../samples/sample.ts';
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

/**
 * Hodges and Lehmann's shift for times, the difference of means for counts. Where neither side varies there is no
 * interval but a point, which is not `attained`: what it leaves possible is for `measureBursts` to say.
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
    const interval = { low: estimate, high: estimate, confidence: 0, attained: false };
    return { kind, estimate, interval, centre, fraction: fractionOf(estimate, centre) };
  }
  const { estimate, interval } =
    kind === 'shift' ? hodgesLehmann(left, right, confidence) : meanDifference(left, right, confidence);
  return { kind, estimate, interval, centre, fraction: fractionOf(estimate, centre) };
}

function fractionOf(estimate: number, centre: number): number | undefined {
  return centre === 0 ? undefined : estimate / Math.abs(centre);
}
