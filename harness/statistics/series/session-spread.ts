import { mean, sampleVariance, sum, sumNthPowerDeviations } from 'simple-statistics';
import { chiSquareQuantile } from '../distributions/chi-square.ts';
import { betaQuantile } from '../distributions/distribution.ts';
import { deviations, divided, makeSample, type Sample } from '../samples/sample.ts';
import { compareScalars, type MaybeScalar, type Scalar } from '../samples/value.ts';

/** How much the level of one metric moves between sessions of the same kernel, not counting the spread of its trials. */
export interface SessionSpread {
  /** Number of sessions with values. */
  sessions: number;
  /** Standard deviation of the levels of sessions, in the metric's unit; 0 if they differ no more than the trials explain. */
  deviation: number;
  /** Upper confidence bound of `deviation`; 0 if even the smallest plausible spread of trials explains the levels. */
  upper: number;
  /** Confidence of `upper`. */
  confidence: number;
  /** Standard deviation of the trials of one session, pooled over all sessions. */
  within: number;
  /** Standard deviation of the observed session means, including the contribution of the trials. */
  levels: number;
  /** Trials per session; their harmonic mean if they differ. */
  perSession: number;
}

/** Fewer sessions say nothing about the spread: with two, the upper bound is 16 times the estimate. */
const fewestSessions = 3;

/**
 * Estimates the standard deviation between sessions by the method of moments for one-way random effects with unequal
 * numbers: the variance of the unweighted session means, minus the contribution of the trials (Thomas and Hultquist, Annals
 * of Statistics 6, 1978). With equal numbers this is the estimator of the analysis of variance. The upper bound is by
 * Tukey (1951) and Williams (1962), with the harmonic mean of the numbers.
 *
 * The model assumes that sessions are independent and that trials have the same spread in all of them. If each session is
 * close to the previous one, the estimate is too small for sessions far apart. An aberrant session counts in full.
 * @param sessions the trial values of each session, all for the same metric, cell and kernel
 * @param confidence of the upper bound, one-sided
 * @returns undefined if fewer than 3 sessions have values, or none has two
 * @throws UsageError VALUE_INVALID for NaN, infinities and magnitudes above 1e300
 */
export function sessionSpread(
  sessions: readonly (readonly MaybeScalar[])[],
  confidence = 0.95,
): SessionSpread | undefined {
  const samples = sessions
    .map(values => makeSample(values, 'session'))
    .filter(({ ordered }) => ordered.length > 0);
  const trialDegrees = sum(samples.map(({ ordered }) => ordered.length - 1));
  if (samples.length < fewestSessions || trialDegrees === 0) return undefined;
  const { scale, groups } = scaledGroups(samples);
  const sessionDegrees = groups.length - 1;
  const perSession = groups.length / sum(groups.map(group => 1 / group.length));
  const ofTrials = sum(groups.map(group => sumNthPowerDeviations(group, 2))) / trialDegrees;
  const ofMeans = sampleVariance(groups.map(group => mean(group)));
  const tail = 1 - confidence;
  const explained = (ofTrials / perSession) * fisherQuantile(tail, sessionDegrees, trialDegrees);
  const upper = ((ofMeans - explained) * sessionDegrees) / chiSquareQuantile(tail, sessionDegrees);
  return {
    sessions: groups.length,
    deviation: Math.sqrt(Math.max(0, ofMeans - ofTrials / perSession)) * scale,
    upper: Math.sqrt(Math.max(0, upper)) * scale,
    confidence,
    within: Math.sqrt(ofTrials) * scale,
    levels: Math.sqrt(ofMeans) * scale,
    perSession,
  };
}

/** All values as exact distances from the smallest, divided by the largest distance, so that squares keep their digits. */
function scaledGroups(samples: readonly Sample[]): { scale: number; groups: number[][] } {
  const least = samples
    .map(({ ordered }) => ordered[0] as Scalar)
    .reduce((low, value) => (compareScalars(value, low) < 0 ? value : low));
  const distances = samples.map(sample => deviations(sample, least));
  const scale = Math.max(...distances.map(group => group[group.length - 1] ?? 0)) || 1;
  return { scale, groups: distances.map(group => divided(group, scale)) };
}

/** The x with P(F <= x) = probability of Fisher's F distribution. */
function fisherQuantile(probability: number, upperDegrees: number, lowerDegrees: number): number {
  const share = betaQuantile(probability, upperDegrees / 2, lowerDegrees / 2);
  return (lowerDegrees * share) / (upperDegrees * (1 - share));
}
