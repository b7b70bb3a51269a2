import { normalTail, normalUpperQuantile, studentUpperQuantile } from '../distributions/distribution.ts';
import { type Bursts, boundOf } from '../effects/bursts.ts';
import { rateDifference } from '../effects/clopper-pearson.ts';
import { separationP } from '../tests/headline-test.ts';
import { leastUntiedP } from '../tests/rank-test.ts';
import type { MetricComparison, RateComparison } from './comparison.ts';
import { trialsForCounts } from './count-trials.ts';
import { trialsForRates } from './rate-trials.ts';

/** How many trials per side would decide, and which change they would show. */
export interface TrialsNeeded {
  perSide: number;
  /** In addition to the smaller side; 0 if there are enough and the result was bad luck or near the gate. */
  more: number;
  /**
   * The change in the metric's unit (or of the rate) that so many trials show in four runs of five.
   * Undefined if the spread is unknown; `perSide` is then the minimum number that could prove anything.
   */
  change: number | undefined;
  of: 'value' | 'rate';
}

const power = 0.8;
const most = 100_000;

/**
 * Estimates the trials per side to prove a change of 1.5 gates (or, without a gate, one as large as the observed one)
 * with power 0.8 at level `alpha`, from the spread observed so far. A rough guide: the spread of few trials is uncertain.
 * @param alpha level that a single hypothesis must reach, including the correction for the family
 * @returns undefined if there is no estimate: no values, or no change to look for
 */
export function trialsNeeded(comparison: MetricComparison, alpha: number): TrialsNeeded | undefined {
  const { effect, rates, test, confidence } = comparison;
  if (effect === undefined || test === undefined) return undefined;
  const have = Math.min(comparison.base.n, comparison.candidate.n);
  if (test.name === 'exact equality') {
    if (test.p === undefined) return undefined;
    const perSide = trialsForSeparation(alpha);
    return { perSide, more: Math.max(0, perSide - have), change: undefined, of: 'value' };
  }
  const least = leastTrials(alpha);
  if (have < 2) return { perSide: least, more: least - have, change: undefined, of: 'value' };
  const byFisher = test.name === 'Fisher on P(nonzero)' ? rates : undefined;
  const ofRate = byFisher?.gate;
  const gate = ofRate ?? comparison.threshold;
  const change = gate > 0 ? gatesSized * gate : Math.abs(effect.estimate);
  if (change === 0) return undefined;
  const sized =
    comparison.testedAs === 'time'
      ? trialsForTimes(comparison, { change, gate, alpha })
      : byFisher
        ? trialsForEvents(comparison, byFisher, { change, gate, alpha })
        : trialsForCounts({ values: pooledValues(comparison), change, gate, alpha, confidence });
  if (sized === undefined)
    return { perSide: least, more: Math.max(0, least - have), change: undefined, of: 'value' };
  const perSide = Math.min(most, Math.max(sized, least));
  return { perSide, more: Math.max(0, perSide - have), change, of: ofRate === undefined ? 'value' : 'rate' };
}

/** The change that further trials must be able to detect. */
interface SoughtChange {
  change: number;
  gate: number;
  alpha: number;
}

/** For times, which shift as a whole: Noether's size, and enough trials for the estimate to reach the gate. */
function trialsForTimes(comparison: MetricComparison, { change, gate, alpha }: SoughtChange): number {
  const deviation = pooledDeviation(comparison);
  const degrees = degreesOf(comparison);
  return Math.max(
    trialsForShift(change, deviation, alpha, degrees),
    trialsToReach(change - gate, deviation, degrees),
  );
}

/**
 * For counts that are mostly zero, by the rate of nonzero values. If only the mean has a gate, it is assumed to change with
 * that rate.
 * @returns undefined if nothing was ever counted and only the mean has a gate
 */
function trialsForEvents(
  { base, candidate }: MetricComparison,
  rates: RateComparison,
  { change, gate, alpha }: SoughtChange,
): number | undefined {
  const events = rates.base.events + rates.candidate.events;
  const trials = rates.base.trials + rates.candidate.trials;
  if (rates.gate !== undefined) return trialsForRates({ events, trials, change, gate, alpha });
  const total = (base.mean ?? 0) * base.n + (candidate.mean ?? 0) * candidate.n;
  if (events === 0 || total <= 0) return undefined;
  const perUnit = (events / trials) * ((base.n + candidate.n) / total);
  return trialsForRates({ events, trials, change: change * perUnit, gate: gate * perUnit, alpha });
}

function pooledValues({ samples }: MetricComparison): number[] {
  return [...samples.base.ordered, ...samples.candidate.ordered].map(Number).sort((a, b) => a - b);
}

/**
 * Trials per side that would exclude bursts in a share of `gate`, if further trials burst as often as the existing ones.
 * @returns undefined if the sides differ so much that no number would
 */
export function trialsToExcludeBursts(
  { above, below }: Bursts,
  gate: number,
  confidence: number,
): number | undefined {
  const excludes = (trials: number) =>
    [above, below].every(({ base, candidate }) => {
      const scaled = ({ events, trials: all }: typeof base) => ({ events: (events / all) * trials, trials });
      const difference = rateDifference({ base: scaled(base), candidate: scaled(candidate) }, confidence);
      return boundOf({ difference }) < gate;
    });
  if (!excludes(most)) return undefined;
  let low = 0;
  let high = most;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (excludes(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The minimum number of trials per side whose untied rank test can reach `alpha`. */
export function leastTrials(alpha: number): number {
  let trials = 1;
  while (leastUntiedP(trials, trials) > alpha) trials++;
  return trials;
}

/** The estimate must reach the gate too, and for a change exactly as large as the gate it does so in half of the runs. */
const gatesSized = 1.5;

/** Variance of Hodges and Lehmann's shift over that of the difference of means, for normal values. */
const shiftVariance = Math.PI / 3;

/**
 * Trials per side with which an estimate lies less than `margin` below the truth, with the required power.
 * Student's quantile allows for the deviation being an estimate itself.
 */
function trialsToReach(margin: number, deviation: number, degrees: number): number {
  if (deviation === 0) return 1;
  const quantile = studentUpperQuantile(1 - power, degrees);
  return Math.ceil(2 * shiftVariance * ((quantile * deviation) / margin) ** 2);
}

/** The minimum number of trials per side that proves that a deterministic metric differs. */
function trialsForSeparation(alpha: number): number {
  let trials = 1;
  while (separationP(trials, trials) > alpha) trials++;
  return trials;
}

/**
 * Noether's sample size for the rank-sum test (1987), with P(candidate > base) taken from a normal shift.
 * @param degrees of freedom of the deviation, to allow for its own variance, 1 / (2 degrees) of its square;
 *   default: the deviation is known exactly
 */
export function trialsForShift(
  shift: number,
  deviation: number,
  alpha: number,
  degrees = Number.POSITIVE_INFINITY,
): number {
  if (deviation === 0) return 1;
  const superiority = normalTail(-shift / (deviation * Math.SQRT2));
  const ofLevel = normalUpperQuantile(alpha / 2);
  const ofPower = normalUpperQuantile(1 - power);
  const allowed = ofLevel + ofPower * Math.sqrt(1 + (ofLevel + ofPower) ** 2 / (2 * degrees));
  return Math.ceil(allowed ** 2 / (6 * (superiority - 0.5) ** 2));
}

function degreesOf({ base, candidate }: MetricComparison): number {
  return base.n + candidate.n - 2;
}

function pooledDeviation({ base, candidate }: MetricComparison): number {
  const degrees = base.n + candidate.n - 2;
  if (degrees <= 0) return 0;
  const left = base.deviation ?? 0;
  const right = candidate.deviation ?? 0;
  const scale = Math.max(left, right);
  if (scale === 0) return 0;
  const squares = (base.n - 1) * (left / scale) ** 2 + (candidate.n - 1) * (right / scale) ** 2;
  return scale * Math.sqrt(squares / degrees);
}
