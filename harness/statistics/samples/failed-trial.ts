import type { MetricDefinition } from './metric.ts';
import { largestMagnitude, type MaybeScalar, type Scalar } from './value.ts';

/**
 * The result of a trial: a value, nothing, or `failed` if it broke before it could be measured. Leaving failed trials out
 * would censor the sample: if the boots with the heaviest load crash, the mean of the others looks better.
 */
export type TrialValue = MaybeScalar | 'failed';

/** The measured values. A failed trial has none. */
export function measuredValues(values: readonly TrialValue[]): readonly MaybeScalar[] {
  if (!values.includes('failed')) return values as readonly MaybeScalar[];
  return values.map(value => (value === 'failed' ? null : value));
}

/** Number of failed trials. */
export function failedTrials(values: readonly TrialValue[]): number {
  return values.reduce<number>((count, value) => count + Number(value === 'failed'), 0);
}

/** Both sides of one metric, in the order of the trials. */
export interface TrialValues {
  base: readonly TrialValue[];
  candidate: readonly TrialValue[];
}

/**
 * Both sides with failed trials at the worst rank, for tests that use only ranks. All failed trials are equal, and worse
 * than every value in the metric's worse direction. Without such a direction they stay without a value. If higher is
 * worse, they lie at least the gate above every value; if lower is worse, at 0 or below the smallest value.
 */
export function rankFailedWorst(
  { base, candidate }: TrialValues,
  { worse, gate }: Pick<MetricDefinition, 'worse' | 'gate'>,
): { base: readonly MaybeScalar[]; candidate: readonly MaybeScalar[] } {
  const measured = { base: measuredValues(base), candidate: measuredValues(candidate) };
  if (worse === 'none' || failedTrials(base) + failedTrials(candidate) === 0) return measured;
  const present = [...measured.base, ...measured.candidate].filter(isScalar);
  const worst = worse === 'higher' ? above(present, gate.atLeast) : below(present);
  const rank = (values: readonly TrialValue[]) => values.map(value => (value === 'failed' ? worst : value));
  return { base: rank(base), candidate: rank(candidate) };
}

function above(values: readonly Scalar[], distance: number): Scalar {
  const greatest = values.reduce((most, value) => (value > most ? value : most), values[0] ?? 0);
  const step = Math.max(1, Math.abs(Number(greatest))) + distance;
  if (typeof greatest === 'bigint') return greatest + BigInt(Math.ceil(step));
  return Math.min(greatest + step, largestMagnitude);
}

function below(values: readonly Scalar[]): Scalar {
  return values.reduce((least, value) => (value < least ? value : least), 0 as Scalar);
}

function isScalar(value: MaybeScalar): value is Scalar {
  return value !== undefined && value !== null;
}
