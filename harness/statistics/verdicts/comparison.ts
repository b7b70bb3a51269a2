/**
 * Compares two samples of one metric as numbers: test, effect, rates. `verdict.ts` decides what they mean.
 * @module
 */
import { mean } from 'simple-statistics';
import { type Bursts, measureBursts } from '../effects/bursts.ts';
import { clopperPearson, type RateDifference, rateDifference } from '../effects/clopper-pearson.ts';
import { type Effect, measureEffect } from '../effects/effect.ts';
import type { Interval } from '../effects/interval.ts';
import { hasValues, type MeasuredSummary, type Summary, summarise } from '../samples/descriptive.ts';
import {
  burstGate,
  type Gate,
  gateThreshold,
  type MetricClass,
  rateGate,
  type StatisticalFinding,
  type Worse,
} from '../samples/metric.ts';
import type { RandomSource } from '../samples/random-source.ts';
import { deviations, isConstant, makeSample, type Sample } from '../samples/sample.ts';
import { type BrunnerMunzelTest, brunnerMunzel } from '../tests/brunner-munzel.ts';
import { fisherTest } from '../tests/fisher.ts';
import { equalityTest, type HeadlineTest, rankHeadline, rateHeadline } from '../tests/headline-test.ts';
import { type RankTest, rankTest } from '../tests/rank-test.ts';
import { defaultAlpha, defaultConfidence } from './analysis-request.ts';

/** What to compare, and how. */
export interface ComparisonRequest {
  class: MetricClass;
  worse: Worse;
  gate: Gate;
  base: Sample;
  candidate: Sample;
  /** Level of the intervals; default: 0.95. */
  confidence?: number | undefined;
  /**
   * Present if trials failed: how many, and both sides with them at the worst rank. Tests, rates and bursts use these; the
   * effect and the summaries use only measured values.
   */
  failed?: { base: number; candidate: number; ranked: { base: Sample; candidate: Sample } } | undefined;
  /** Level of the whole family. Above it, values that only a claim needs are not computed. Default: 0.05. */
  alpha?: number | undefined;
  /** Seeded; used only by the permutation fallback of very large, heavily tied samples. */
  random?: RandomSource | undefined;
}

/** The share of nonzero trials. */
export interface EventRate {
  events: number;
  trials: number;
  rate: number;
  /** Clopper and Pearson. */
  interval: Interval;
}

/** Shares of nonzero trials on both sides, and their difference (Newcombe's interval). */
export interface RateComparison {
  base: EventRate;
  candidate: EventRate;
  difference: RateDifference;
  /** The change of the rate that counts; undefined if only the mean counts. */
  gate: number | undefined;
}

/** How two samples differ. */
export interface DifferenceTests {
  /** Whether one side tends to be larger, whatever their spreads. */
  level: BrunnerMunzelTest;
  /** p of the rank-sum test on distances from each side's mean: whether one side varies more. Rough, never a claim. */
  spreadP: number;
}

/** The comparison of two samples of one metric: numbers, not yet a verdict. */
export interface MetricComparison {
  class: MetricClass;
  /** The class as tested: a deterministic metric that varies inside a side is tested as a count. */
  testedAs: MetricClass;
  worse: Worse;
  base: Summary;
  candidate: Summary;
  /** What was measured, from which further trials are sized. */
  samples: { base: Sample; candidate: Sample };
  confidence: number;
  /** Undefined if a side is empty, as are `effect` and the rest. */
  test: HeadlineTest | undefined;
  /** The rank test beside Fisher's; undefined otherwise. */
  second: RankTest | undefined;
  /** Present if the rank test is the headline and its p is at most alpha. */
  difference: DifferenceTests | undefined;
  effect: Effect | undefined;
  /** For counts with at least half zeros. */
  rates: RateComparison | undefined;
  bursts: Bursts | undefined;
  /** The change of the share of bursting trials that UNCHANGED must exclude. */
  burstGate: number;
  /** P(candidate > base) + P(equal) / 2 over all pairs. */
  superiority: number | undefined;
  /** The smallest change that counts, in the metric's unit. */
  threshold: number;
  findings: StatisticalFinding[];
}

/** A comparison whose sides both have values. */
export interface MeasuredComparison extends MetricComparison {
  base: MeasuredSummary;
  candidate: MeasuredSummary;
  test: HeadlineTest;
  effect: Effect;
  bursts: Bursts;
}

/** Whether both sides of a comparison have values, and so a test, an effect and so on. */
export function isMeasured(comparison: MetricComparison): comparison is MeasuredComparison {
  return comparison.test !== undefined;
}

/**
 * Compares two samples of one metric. Which test is used depends on the class and on the pooled sample only, never on
 * which value came from which side, so that every test keeps its level.
 */
export function compareMetric(request: ComparisonRequest): MetricComparison {
  const { base, candidate } = request;
  const confidence = request.confidence ?? defaultConfidence;
  const findings = missingFindings(request);
  const testedAs = classAsTested(request, findings);
  // Filled in place: spreading ten thousand copies took a tenth of the time of a comparison of runs.
  const comparison: MetricComparison = {
    class: request.class,
    testedAs,
    worse: request.worse,
    base: summarise(base),
    candidate: summarise(candidate),
    samples: { base, candidate },
    confidence,
    test: undefined,
    second: undefined,
    difference: undefined,
    effect: undefined,
    rates: undefined,
    bursts: undefined,
    burstGate: burstGate(request.gate, testedAs),
    superiority: undefined,
    threshold: gateThreshold(request.gate, 0),
    findings,
  };
  if (!hasValues(comparison.base) || !hasValues(comparison.candidate)) return comparison;
  const kind = testedAs === 'time' ? 'shift' : 'mean difference';
  const effect = measureEffect(kind, base, candidate, comparison.base, confidence);
  comparison.effect = effect;
  comparison.threshold = gateThreshold(request.gate, effect.centre);
  const ranked = request.failed?.ranked ?? request;
  comparison.bursts = measureBursts(ranked.base, ranked.candidate, comparison.threshold, confidence);
  if (testedAs === 'deterministic') comparison.test = equalityTest(base, candidate);
  else compareRanks(comparison, request, ranked);
  return comparison;
}

/** Fills in the tests of samples that vary: by ranks, or by the share of trials that are not zero. */
function compareRanks(
  comparison: MetricComparison,
  request: ComparisonRequest,
  ranked: { base: Sample; candidate: Sample },
): void {
  const { testedAs, confidence } = comparison;
  const ranks = rankTest(ranked.base, ranked.candidate, request.random ? { random: request.random } : {});
  const superiority = 1 - ranks.u / (ranked.base.ordered.length * ranked.candidate.ordered.length);
  const rates = testedAs === 'count' ? compareRates(ranked, request.gate, confidence) : undefined;
  const fisher = rates !== undefined && isMostlyZero(ranked) ? fisherTest(rates) : undefined;
  comparison.test = rankHeadline(ranks, superiority);
  if (fisher && rates) comparison.test = rateHeadline(fisher, rates);
  comparison.second = fisher ? ranks : undefined;
  const fewest = Math.min(ranked.base.ordered.length, ranked.candidate.ordered.length);
  if (fisher === undefined && fewest > 1 && ranks.twoSided <= (request.alpha ?? defaultAlpha)) {
    const level = brunnerMunzel(ranked.base, ranked.candidate);
    comparison.difference = { level, spreadP: spreadTest(request.base, request.candidate) };
  }
  comparison.rates = rates;
  comparison.superiority = superiority;
}

function missingFindings(request: ComparisonRequest): StatisticalFinding[] {
  const findings: StatisticalFinding[] = [];
  for (const side of ['base', 'candidate'] as const) {
    const { missing, ordered } = request[side];
    const failed = request.failed?.[side] ?? 0;
    const trials = `of ${missing + ordered.length} ${side} trials`;
    if (missing > failed) {
      const message = `${missing - failed} ${trials} have no value; they are left out, not counted as zero`;
      findings.push({ code: 'MISSING_VALUES', severity: 'warning', message });
    }
    if (failed > 0) {
      const place = request.worse === 'none' ? 'they are left out' : 'they rank worse than every value';
      const message = `${failed} ${trials} failed before they could be measured; ${place}`;
      findings.push({ code: 'FAILED_TRIALS', severity: 'warning', message });
    }
  }
  return findings;
}

function classAsTested(request: ComparisonRequest, findings: StatisticalFinding[]): MetricClass {
  if (request.class !== 'deterministic') return request.class;
  const { base, candidate } = request;
  const varies = (sample: Sample) => sample.ordered.length > 0 && !isConstant(sample);
  const sides = [varies(base) ? 'base' : '', varies(candidate) ? 'candidate' : ''].filter(
    side => side !== '',
  );
  if (sides.length === 0) return 'deterministic';
  findings.push({
    code: 'DETERMINISTIC_SPREAD',
    severity: 'warning',
    message: `declared deterministic, but varies between trials of one side (${sides.join(', ')}); tested as a count`,
  });
  return 'count';
}

/** The rank-sum test of |value - mean of its side| (Levene's distances). */
function spreadTest(base: Sample, candidate: Sample): number {
  const distances = (sample: Sample) => {
    const fromLeast = Array.from(deviations(sample, sample.ordered[0] ?? 0));
    const centre = mean(fromLeast);
    return makeSample(fromLeast.map(distance => Math.abs(distance - centre)));
  };
  return rankTest(distances(base), distances(candidate)).twoSided;
}

interface Sides {
  base: Sample;
  candidate: Sample;
}

/** Whether at least four fifths of the pooled values are zero, but not all: then only the frequency matters. */
function isMostlyZero({ base, candidate }: Sides): boolean {
  const total = base.ordered.length + candidate.ordered.length;
  return (base.zeros + candidate.zeros) * 5 >= total * 4;
}

function compareRates(
  { base, candidate }: Sides,
  gate: Gate,
  confidence: number,
): RateComparison | undefined {
  const total = base.ordered.length + candidate.ordered.length;
  if ((base.zeros + candidate.zeros) * 2 < total) return undefined;
  const rates = { base: eventRate(base, confidence), candidate: eventRate(candidate, confidence) };
  return { ...rates, difference: rateDifference(rates, confidence), gate: rateGate(gate) };
}

function eventRate(sample: Sample, confidence: number): EventRate {
  const trials = sample.ordered.length;
  const events = trials - sample.zeros;
  return { events, trials, rate: events / trials, interval: clopperPearson(events, trials, confidence) };
}
