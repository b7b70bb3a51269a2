import { studentTail, studentUpperQuantile } from '../distributions/distribution.ts';
import type { SessionSpread } from './session-spread.ts';

/** Two sessions of one metric, whose means are compared. */
export interface SessionPair {
  /** Mean of the candidate minus mean of the base, in the metric's unit. */
  difference: number;
  /** Number of trials with a value, on each side. */
  base: number;
  candidate: number;
}

/**
 * The probability that two sessions of one unchanged kernel differ by this much or more, two-sided: Student's t of the
 * difference over the standard deviation of two session means, with the degrees of freedom of the sessions behind the
 * spread. With many sessions and trials, p <= 0.05 is |difference| >= 1.96 sqrt(2) x the spread.
 */
export function sessionDifferenceP(spread: SessionSpread, pair: SessionPair): number {
  if (pair.difference === 0) return 1;
  const deviation = deviationOfDifference(spread, pair);
  return deviation === 0
    ? 0
    : Math.min(1, 2 * studentTail(Math.abs(pair.difference) / deviation, spread.sessions - 1));
}

/** The difference that two sessions of one kernel exceed in a share `level` of cases. */
export function sessionMargin(spread: SessionSpread, pair: SessionPair, level: number): number {
  return studentUpperQuantile(level / 2, spread.sessions - 1) * deviationOfDifference(spread, pair);
}

/**
 * The number of sessions after which the difference would exceed the margin, if the spread stays the same.
 * @returns undefined if `most` are not enough
 */
export function sessionsNeeded(
  spread: SessionSpread,
  pair: SessionPair,
  level: number,
  most = 60,
): number | undefined {
  for (let sessions = spread.sessions; sessions <= most; sessions++) {
    if (sessionMargin({ ...spread, sessions }, pair, level) < Math.abs(pair.difference)) return sessions;
  }
  return undefined;
}

/** The spread of the levels, without the contribution of the trials to either session's mean. */
function deviationOfDifference({ levels, within, perSession }: SessionSpread, pair: SessionPair): number {
  const variance = (trials: number) =>
    levels ** 2 + within ** 2 * Math.max(0, 1 / Math.max(1, trials) - 1 / perSession);
  return Math.sqrt(variance(pair.base) + variance(pair.candidate));
}
