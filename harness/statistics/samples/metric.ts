/**
 * The definition of a metric, fixed before any data is seen: class, direction, family, gate.
 * @module
 */

/** The kind of values of a metric, which determines the test. */
export type MetricClass = 'deterministic' | 'count' | 'time';

/** Which direction is worse. A metric with `none` is reported but can never regress. */
export type Worse = 'higher' | 'lower' | 'none';

/** How large a proved change must be to count. It must reach both bounds. */
export interface Gate {
  /** Absolute change in the metric's unit; 0 accepts any. */
  atLeast: number;
  /** Change as a fraction of the base's centre (0.05 is 5 %); 0 accepts any. Ignored if the centre is zero. */
  relative: number;
  /**
   * A change of the share of trials, as a fraction. UNCHANGED must exclude that this many more trials lie the gate or more
   * from the middle; default: one third, or one tenth for times. For counts that are mostly zero, a change of the share
   * of nonzero trials by this much counts even if the mean moves less than `atLeast`; default: one third if `atLeast` is
   * at most 1, else not used.
   */
  rate?: number | undefined;
}

/** The definition of a metric, fixed before any data is seen. */
export interface MetricDefinition {
  name: string;
  /** Unit of the values, as displayed: `ns`, `bytes`, `loads`; empty for a bare number. */
  unit: string;
  class: MetricClass;
  worse: Worse;
  /** Metrics that are arithmetically tied share a family: they are one piece of evidence. */
  family: string;
  /** Whether this is the tested metric of its family. The others are shown below it. */
  headline: boolean;
  /** Whether a regression of it fails the run. */
  gated: boolean;
  gate: Gate;
  /** What a value of 1 means if the values are 0 and 1, in the plural: `failed boots`. */
  events?: string | undefined;
}

/** Something unusual that a reader should know before trusting a verdict. */
export interface StatisticalFinding {
  /** Stable, upper case: `DETERMINISTIC_SPREAD`, `MISSING_VALUES`, `WITHIN_SIDE_DRIFT`. */
  code: string;
  severity: 'note' | 'warning';
  message: string;
}

/** The change of a rate that counts for mostly-zero counts, or undefined if only the mean counts. */
export function rateGate(gate: Gate): number | undefined {
  return gate.rate ?? (gate.atLeast <= 1 ? 1 / 3 : undefined);
}

/** The change of the share of bursting trials that UNCHANGED must exclude. */
export function burstGate(gate: Gate, testedAs: MetricClass): number {
  return gate.rate ?? (testedAs === 'time' ? 0.1 : 1 / 3);
}

/** The smallest change that counts, in the metric's unit, given the base's centre. */
export function gateThreshold(gate: Gate, centre: number): number {
  return Math.max(gate.atLeast, gate.relative * Math.abs(centre));
}
