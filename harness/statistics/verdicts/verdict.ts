/**
 * The decision: from adjusted p-values, effects and gates to one word and its reason.
 * @module
 */
import { benjaminiHochberg } from '../corrections/benjamini-hochberg.ts';
import { holm } from '../corrections/holm.ts';
import { welchHalfWidth } from '../effects/mean-difference.ts';
import { leastUntiedP } from '../tests/rank-test.ts';
import type { Correction } from './analysis-request.ts';
import { isMeasured, type MeasuredComparison, type MetricComparison } from './comparison.ts';
import { excludedChange, isAllEqual } from './equivalence.ts';
import type { MetricVerdict, Reason, Verdict } from './metric-verdict.ts';
import { trialsNeeded } from './power.ts';

/** The level at which adjusted p-values are judged. */
export interface LevelOptions {
  /** Level of the whole family, all looks together; such as 0.05. */
  alpha: number;
  /** The part of `alpha` that this look may spend; all of it unless told. */
  spend?: number;
}

/** The family and level at which comparisons are judged. */
export interface JudgeOptions extends LevelOptions {
  /** Hypotheses that were declared, with or without data. */
  declared: number;
  method: Exclude<Correction, 'westfall-young'>;
}

/** Fewest trials per side for a claim of exact equality. */
const leastExactTrials = 3;

/**
 * Judges a family of comparisons. Adjusted p-values refer to the declared family and are scaled by the share of alpha
 * that the look may spend, so that `adjusted <= alpha` is the decision at every look.
 */
export function judge(comparisons: readonly MetricComparison[], options: JudgeOptions): MetricVerdict[] {
  const values = comparisons.map(comparison => comparison.test?.p ?? 1);
  const declared = Math.max(options.declared, comparisons.length);
  const adjusted = options.method === 'holm' ? holm(values, declared) : benjaminiHochberg(values, declared);
  const { alpha, spend = alpha } = options;
  const rejected = adjusted.filter(
    (p, index) => p <= spend && comparisons[index]!.test?.p !== undefined,
  ).length;
  const divisor = options.method === 'holm' ? Math.max(1, declared - rejected) : declared / (rejected + 1);
  return judgeAdjusted(comparisons, adjusted, { alpha, spend, required: Math.min(spend, spend / divisor) });
}

/**
 * Judges comparisons whose p-values were adjusted elsewhere, before the split over looks.
 * @param options `required` is the level that a raw p must reach at least for its adjusted one to reach `spend`
 */
export function judgeAdjusted(
  comparisons: readonly MetricComparison[],
  adjusted: readonly number[],
  options: LevelOptions & { required: number },
): MetricVerdict[] {
  const { required, spend = options.alpha } = options;
  const scale = options.alpha / spend;
  return comparisons.map((comparison, index) => {
    const p = comparison.test?.p;
    const corrected = p === undefined ? undefined : Math.min(1, adjusted[index]! * scale);
    const proved = p !== undefined && adjusted[index]! <= spend;
    const { verdict, reason } = decide(comparison, proved, required);
    const changed =
      reason === 'proved' || reason === 'proved-without-direction' || reason === 'exactly-different';
    const open = verdict === 'INCONCLUSIVE' || verdict === 'NOT_ENOUGH';
    const needs = open && reason !== 'mixture' && !changed ? trialsNeeded(comparison, required) : undefined;
    return {
      verdict,
      reason,
      changed,
      p,
      adjusted: corrected,
      alpha: options.alpha,
      required,
      needs,
      comparison,
    };
  });
}

interface Decision {
  verdict: Verdict;
  reason: Reason;
}

/**
 * The decision, in this order: a proved change of sufficient size, nothing as large as the gate possible, something of
 * both open.
 */
function decide(comparison: MetricComparison, proved: boolean, required: number): Decision {
  if (!isMeasured(comparison)) return { verdict: 'NOT_ENOUGH', reason: 'no-values' };
  if (comparison.testedAs === 'deterministic') return decideExactly(comparison, required);
  if (proved && reachesGate(comparison)) return decideDirection(comparison);
  const excluded = excludedChange(comparison);
  if (excluded.shift && hidesMixture(comparison)) return { verdict: 'INCONCLUSIVE', reason: 'mixture' };
  if (excluded.shift && excluded.bursts) {
    return { verdict: 'UNCHANGED', reason: isAllEqual(comparison) ? 'all-equal' : 'inside-gate' };
  }
  if (proved) return { verdict: 'INCONCLUSIVE', reason: 'below-gate' };
  if (isTooSmall(comparison, required)) return { verdict: 'NOT_ENOUGH', reason: 'too-few' };
  return { verdict: 'INCONCLUSIVE', reason: excluded.shift ? 'bursts-open' : 'not-proved' };
}

function decideExactly(comparison: MeasuredComparison, required: number): Decision {
  if (Math.min(comparison.base.n, comparison.candidate.n) < leastExactTrials) {
    return { verdict: 'NOT_ENOUGH', reason: 'too-few' };
  }
  if (reachesGate(comparison) && comparison.test.direction !== 0) {
    const decision = decideDirection(comparison);
    return decision.reason === 'proved' ? { ...decision, reason: 'exactly-different' } : decision;
  }
  if (excludedChange(comparison).bursts) {
    return { verdict: 'UNCHANGED', reason: isAllEqual(comparison) ? 'exactly-equal' : 'inside-gate' };
  }
  if (isTooSmall(comparison, required)) return { verdict: 'NOT_ENOUGH', reason: 'too-few' };
  return { verdict: 'INCONCLUSIVE', reason: 'bursts-open' };
}

/**
 * Whether no trials of such number and values could have proved anything. All-equal values could not have, but so many
 * trials could: that they are equal says something.
 */
function isTooSmall(comparison: MeasuredComparison, required: number): boolean {
  const { base, candidate, test } = comparison;
  if (isAllEqual(comparison)) return leastUntiedP(base.n, candidate.n) > required;
  return (test.minimumAttainableP ?? 1) > required;
}

/** A proved change of sufficient size: good or bad? The test and the effect must agree on its sign. */
function decideDirection({ test, effect, worse }: MeasuredComparison): Decision {
  const { direction } = test;
  const size = Math.sign(effect.estimate);
  if (direction === 0 || (size !== 0 && size !== direction))
    return { verdict: 'INCONCLUSIVE', reason: 'contradictory' };
  if (worse === 'none') return { verdict: 'INCONCLUSIVE', reason: 'proved-without-direction' };
  const bad = direction > 0 === (worse === 'higher');
  return { verdict: bad ? 'REGRESSED' : 'IMPROVED', reason: 'proved' };
}

/**
 * Times whose typical trial stayed while the mean moved by the gate or more, beyond chance: some trials became much
 * slower, which the median of differences cannot see. A single outlier does not do that.
 */
function hidesMixture({ testedAs, base, candidate, threshold, confidence }: MeasuredComparison): boolean {
  const moved = Math.abs(candidate.mean - base.mean);
  if (testedAs !== 'time' || moved === 0 || moved < threshold) return false;
  if (base.deviation === undefined || candidate.deviation === undefined) return false;
  // Relative to what moved, so that squares of 1e-300 or 1e300 stay in range.
  const half = welchHalfWidth(
    { n: base.n, variance: (base.deviation / moved) ** 2 },
    { n: candidate.n, variance: (candidate.deviation / moved) ** 2 },
    confidence,
  );
  return half !== undefined && half < 1;
}

/** Rounding of a mean must not push a change that equals the gate below it. */
const rounding = 1 - 1e-12;

/** Whether the estimated change is as large as the gate asks, in the mean or, for mostly-zero counts, in the rate. */
function reachesGate({ effect, rates, threshold }: MeasuredComparison): boolean {
  if (Math.abs(effect.estimate) >= threshold * rounding) return true;
  return rates?.gate !== undefined && Math.abs(rates.difference.estimate) >= rates.gate * rounding;
}
