import type { MetricDefinition } from './metric.ts';
import { largestMagnitude, type MaybeScalar, type Scalar } from './value.ts';

/**
 * What a trial gave: a value, nothing, or `failed` where it broke before it could be measured. To leave such trials out
 * would censor the sample: the boots with the heaviest load crash, and the mean of the others looks better.
 */
export type TrialValue = MaybeScalar | 'failed';

/** The values that were measured; a trial that failed has none. */
export function measuredValues(values: readonly TrialValue[]): readonly MaybeScalar[] {
  if (!values.includes('failed')) return values as readonly MaybeScalar[];
  return values.map(value => (value === 'failed' ? null : value));
}

/** How many trials failed. */
export function failedTrials(values: readonly TrialValue[]): number {
  return values.reduce<number>((count, value) => count + Number(value === 'failed'), 0);
}

/** Both sides of one metric, in the order of the trials. */
export interface TrialValues {
  base: readonly TrialValue[];
  candidate: readonly TrialValue[];
}

/**
 * Both sides with the trials that failed at the worst rank, for what looks at ranks alone: all of them equal, and worse
 * than every value in the direction that the metric declares. Without such a direction they stay without a value. Where
 * higher is worse they lie the gate or more above every value; where lower is, at 0, or at the least value below it.
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
