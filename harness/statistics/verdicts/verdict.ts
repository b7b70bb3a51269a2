/**
 * The decision: from adjusted p-values, effects and gates to a verdict and its reason.
 * @module
 */
import { benjaminiHochberg } from '../corrections/benjamini-hochberg.ts';
import type { Correction } from '../corrections/correction.ts';
import { holm } from '../corrections/holm.ts';
import { welchHalfWidth } from '../effects/mean-difference.ts';
import { leastUntiedP } from '../tests/rank-test.ts';
import { isMeasured, type MeasuredComparison, type MetricComparison } from './comparison.ts';
import { excludedChange, isAllEqual } from './equivalence.ts';
import type { MetricVerdict, Reason, Verdict } from './metric-verdict.ts';
import { type TrialsNeeded, trialsNeeded } from './power.ts';

/** The level at which to judge adjusted p-values. */
export interface LevelOptions {
  /** Level of the whole family, all looks together; such as 0.05. */
  alpha: number;
  /** The part of `alpha` that this look may spend; default: all of it. */
  spend?: number;
}

/** The family and level at which to judge comparisons. */
export interface JudgeOptions extends LevelOptions {
  /** Number of declared hypotheses, with or without data. */
  declared: number;
  /** One that needs nothing but the p-values; Westfall and Young's needs the values of the trials. */
  method: Exclude<Correction, 'westfall-young'>;
}

/** How each of them adjusts p-values, and by what the level of a hypothesis that is not rejected is divided. */
const stepMethods: Readonly<
  Record<
    JudgeOptions['method'],
    {
      adjust: (values: readonly number[], declared: number) => number[];
      divisor: (declared: number, rejected: number) => number;
    }
  >
> = {
  holm: { adjust: holm, divisor: (declared, rejected) => Math.max(1, declared - rejected) },
  bh: { adjust: benjaminiHochberg, divisor: (declared, rejected) => declared / (rejected + 1) },
};

/** A comparison with its p-values, adjusted for the family but not yet for the split over looks. */
export interface AdjustedComparison {
  comparison: MetricComparison;
  /** Of the test that the sides differ. */
  adjusted: number;
  /** Of `levelP`, that they differ in their level. */
  adjustedLevel: number;
}

/**
 * Judges a family of comparisons. Adjusted p-values refer to the declared family and are scaled by the share of alpha
 * that the look may spend, so that `adjusted <= alpha` is the decision at every look.
 */
export function judge(comparisons: readonly MetricComparison[], options: JudgeOptions): MetricVerdict[] {
  const { alpha, spend = alpha, method } = options;
  const declared = Math.max(options.declared, comparisons.length);
  const { adjust, divisor } = stepMethods[method];
  const adjusted = adjust(
    comparisons.map(({ test }) => test?.p ?? 1),
    declared,
  );
  const adjustedLevels = adjust(comparisons.map(levelP), declared);
  const rejected = comparisons.filter(
    ({ test }, index) => test?.p !== undefined && (adjusted[index] ?? 1) <= spend,
  ).length;
  const level = { alpha, spend, required: Math.min(spend, spend / divisor(declared, rejected)) };
  return comparisons.map((comparison, index) =>
    judgeAdjusted(
      { comparison, adjusted: adjusted[index] ?? 1, adjustedLevel: adjustedLevels[index] ?? 1 },
      level,
    ),
  );
}

/**
 * The raw p of a claim about the level: Brunner and Munzel's if ranks decide. Fisher's test and the equality test cannot
 * mistake a spread for a level.
 */
export function levelP({ test, difference }: MetricComparison): number {
  const byRanks = test?.name.endsWith('rank-sum');
  return (byRanks ? difference?.level.twoSided : test?.p) ?? 1;
}

/** The level of a judged comparison; `required` is the largest raw p whose adjusted p can still reach the level. */
export interface RequiredLevel extends LevelOptions {
  required: number;
}

/** Judges a comparison whose p-values were adjusted elsewhere. */
export function judgeAdjusted(adjusted: AdjustedComparison, level: RequiredLevel): MetricVerdict {
  const result = judgeUnsized(adjusted, level);
  const { verdict, reason, changed, comparison, required } = result;
  const open = (verdict === 'INCONCLUSIVE' || verdict === 'NOT_ENOUGH') && reason !== 'mixture' && !changed;
  let needs: TrialsNeeded | undefined;
  let sized = !open;
  return {
    ...result,
    // Simulations for counts are slow, and only a few of ten thousand metrics are shown.
    get needs() {
      if (!sized) needs = trialsNeeded(comparison, required);
      sized = true;
      return needs;
    },
  };
}

/** The same without the number of further trials. */
export function judgeUnsized(
  { comparison, adjusted, adjustedLevel }: AdjustedComparison,
  { alpha, spend = alpha, required }: RequiredLevel,
): Omit<MetricVerdict, 'needs'> {
  const p = comparison.test?.p;
  const differs = p !== undefined && adjusted <= spend;
  const level = differs && adjustedLevel <= spend;
  const { verdict, reason } = decide(comparison, { differs, level, required });
  const changed =
    reason === 'proved' || reason === 'proved-without-direction' || reason === 'exactly-different';
  return {
    verdict,
    reason,
    changed,
    p,
    adjusted: p === undefined ? undefined : Math.min(1, adjusted * (alpha / spend)),
    alpha,
    required,
    comparison,
  };
}

/** What the adjusted p-values of a comparison prove. */
interface Proof {
  /** That the sides differ in any way. */
  differs: boolean;
  /** That they differ in their level. */
  level: boolean;
  required: number;
}

interface Decision {
  verdict: Verdict;
  reason: Reason;
}

/**
 * Decides in this order: a proved change of sufficient size, every change as large as the gate excluded, otherwise open.
 */
function decide(comparison: MetricComparison, proof: Proof): Decision {
  if (!isMeasured(comparison)) return { verdict: 'NOT_ENOUGH', reason: 'no-values' };
  if (comparison.testedAs === 'deterministic') return decideExactly(comparison, proof);
  const proved = proof.level && reachesGate(comparison) ? decideProved(comparison) : undefined;
  return proved ?? decideUnproved(comparison, proof);
}

/** Whether a change of the level by the gate is proved; undefined if the interval does not show its direction. */
function decideProved(comparison: MeasuredComparison): Decision | undefined {
  if (isContradictory(comparison)) return { verdict: 'INCONCLUSIVE', reason: 'contradictory' };
  return excludesZero(comparison) ? decideDirection(comparison) : undefined;
}

function decideUnproved(comparison: MeasuredComparison, proof: Proof): Decision {
  const excluded = excludedChange(comparison);
  if (excluded.shift && hidesMixture(comparison)) return { verdict: 'INCONCLUSIVE', reason: 'mixture' };
  if (excluded.shift && excluded.bursts) {
    return { verdict: 'UNCHANGED', reason: isAllEqual(comparison) ? 'all-equal' : 'inside-gate' };
  }
  if (proof.differs) return { verdict: 'INCONCLUSIVE', reason: reasonOfDifference(comparison, proof) };
  if (isTooSmall(comparison, proof.required)) return { verdict: 'NOT_ENOUGH', reason: 'too-few' };
  return { verdict: 'INCONCLUSIVE', reason: excluded.shift ? 'bursts-open' : 'not-proved' };
}

/** Why no change of the level by the gate is proved although the sides differ. */
function reasonOfDifference(comparison: MeasuredComparison, proof: Proof): Reason {
  if (proof.level && excludesZero(comparison)) return 'below-gate';
  return (comparison.difference?.spreadP ?? 1) <= spreadLevel ? 'spread' : 'level-open';
}

/** Level at which a change of the spread is reported. */
const spreadLevel = 0.05;

/** Whether the interval in the sentence contains only changes of one sign. */
function excludesZero({ test, effect, rates }: MeasuredComparison): boolean {
  const shown = test.name === 'Fisher on P(nonzero)' && rates ? rates.difference.interval : effect.interval;
  return shown.low > 0 || shown.high < 0;
}

function decideExactly(comparison: MeasuredComparison, { differs, required }: Proof): Decision {
  if (reachesGate(comparison) && comparison.test.direction !== 0) {
    if (!differs) return { verdict: 'NOT_ENOUGH', reason: 'too-few' };
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
 * Whether this number of trials with these values could not have proved anything. Equal values could not, but if this many
 * trials could with other values, their equality is informative.
 */
function isTooSmall(comparison: MeasuredComparison, required: number): boolean {
  const { base, candidate, test, testedAs } = comparison;
  const byRanks = isAllEqual(comparison) && testedAs !== 'deterministic';
  return (byRanks ? leastUntiedP(base.n, candidate.n) : (test.minimumAttainableP ?? 1)) > required;
}

/** Whether test and effect disagree on the sign: most trials rose, but the mean fell. */
function isContradictory({ test, effect }: MeasuredComparison): boolean {
  return test.direction === 0 || (effect.estimate !== 0 && Math.sign(effect.estimate) !== test.direction);
}

/** Whether a proved change of sufficient size is better or worse. */
function decideDirection({ test, worse }: MeasuredComparison): Decision {
  if (worse === 'none') return { verdict: 'INCONCLUSIVE', reason: 'proved-without-direction' };
  const bad = test.direction > 0 === (worse === 'higher');
  return { verdict: bad ? 'REGRESSED' : 'IMPROVED', reason: 'proved' };
}

/**
 * Whether the typical time stayed the same while the mean moved by the gate or more, beyond chance: some trials became
 * much slower, which the median of differences cannot show. A single outlier is not enough.
 */
function hidesMixture({ testedAs, base, candidate, threshold, confidence }: MeasuredComparison): boolean {
  const moved = Math.abs(candidate.mean - base.mean);
  if (testedAs !== 'time' || moved === 0 || moved < threshold) return false;
  if (base.deviation === undefined || candidate.deviation === undefined) return false;
  // Relative to the change, so that squares of 1e-300 or 1e300 stay in range.
  const half = welchHalfWidth(
    { n: base.n, variance: (base.deviation / moved) ** 2 },
    { n: candidate.n, variance: (candidate.deviation / moved) ** 2 },
    confidence,
  );
  return half !== undefined && half < 1;
}

/** Rounding of a mean must not push a change that equals the gate below it. */
const rounding = 1 - 1e-12;

/** Whether the estimated change reaches the gate, in the mean or, for mostly-zero counts, in the rate. */
function reachesGate({ effect, rates, threshold }: MeasuredComparison): boolean {
  if (Math.abs(effect.estimate) >= threshold * rounding) return true;
  return rates?.gate !== undefined && Math.abs(rates.difference.estimate) >= rates.gate * rounding;
}
