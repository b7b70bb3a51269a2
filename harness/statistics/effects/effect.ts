import type { MeasuredSummary, Summary } from '../samples/descriptive.ts';
import { deviations, isConstant, type Sample } from '../samples/sample.ts';
import { hodgesLehmann } from './hodges-lehmann.ts';
import type { Interval } from './interval.ts';
import { meanDifference } from './mean-difference.ts';

/** The size of a change, candidate minus base, in the metric's unit. */
export interface Effect {
  kind: 'shift' | 'mean difference';
  estimate: number;
  interval: Interval;
  /** The base's mean or median; the reference of `fraction`. */
  centre: number;
  /** The estimate divided by the base's centre; undefined if that is zero, because then there is no percentage. */
  fraction: number | undefined;
}

/**
 * Hodges and Lehmann's shift for times, the difference of means for counts. If neither side varies, the
 * interval is a point that is not `attained`; `measureBursts` then bounds what is still possible.
 * @param base not empty, as is `candidate`
 */
export function measureEffect(
  kind: Effect['kind'],
  base: Sample,
  candidate: Sample,
  baseSummary: MeasuredSummary,
  confidence: number,
): Effect {
  const pivot = baseSummary.least;
  const left = deviations(base, pivot);
  const right = deviations(candidate, pivot);
  const centre = kind === 'shift' ? baseSummary.median : baseSummary.mean;
  // A base that does not vary is the pivot itself.
  const [distance] = right;
  if (distance !== undefined && isConstant(base) && isConstant(candidate)) {
    const interval = { low: distance, high: distance, confidence: 0, attained: false };
    return { kind, estimate: distance, interval, centre, fraction: fractionOf(distance, centre) };
  }
  const { estimate, interval } =
    kind === 'shift' ? hodgesLehmann(left, right, confidence) : meanDifference(left, right, confidence);
  return { kind, estimate, interval, centre, fraction: fractionOf(estimate, centre) };
}

function fractionOf(estimate: number, centre: number): number | undefined {
  return centre === 0 ? undefined : estimate / Math.abs(centre);
}

/**
 * The interval as a reader should see it. What is counted or timed is never negative, so it cannot fall by more than all of
 * it, whatever the formula of the interval says. Verdicts use the interval itself.
 */
export function shownInterval({ interval, centre }: Effect, base: Summary, candidate: Summary): Interval {
  const neverNegative = [base.least, candidate.least].every(least => least !== undefined && least >= 0);
  return neverNegative ? { ...interval, low: Math.max(interval.low, -centre) } : interval;
}
