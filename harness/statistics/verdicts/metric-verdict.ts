/**
 * The output types of an analysis: verdicts, judged metrics and cells.
 * @module
 */
import type { Correction } from '../corrections/correction.ts';
import type { MetricDefinition, StatisticalFinding } from '../samples/metric.ts';
import type { MetricComparison } from './comparison.ts';
import type { Look } from './looks.ts';
import type { TrialsNeeded } from './power.ts';

/** What the data say about one metric of one cell. */
export type Verdict = 'REGRESSED' | 'IMPROVED' | 'UNCHANGED' | 'INCONCLUSIVE' | 'NOT_ENOUGH';

/** The reason for a verdict, for programs and for the sentence. */
export type Reason =
  | 'proved'
  | 'proved-without-direction'
  | 'exactly-different'
  | 'exactly-equal'
  | 'inside-gate'
  | 'all-equal'
  | 'bursts-open'
  | 'below-gate'
  | 'spread'
  | 'level-open'
  | 'contradictory'
  | 'mixture'
  | 'not-proved'
  | 'no-values'
  | 'too-few'
  | 'headline-not-proved'
  /** Proved for the trials, but the caller knows why it is neither better nor worse. */
  | 'qualified';

/** Why a proved change is qualified: because of another metric of the cell, or because the sides are two sessions. */
export interface Qualification {
  /** The name of the change, instead of better or worse. */
  word: 'CHANGED' | 'MOVED' | 'DIFFERS';
  /** The rest of the sentence. */
  because: string;
}

/** A verdict and everything it is based on. */
export interface MetricVerdict {
  verdict: Verdict;
  reason: Reason;
  /** Whether a change of at least the gate is proved, in any direction. */
  changed: boolean;
  /** Raw p; undefined if no test applies. */
  p: number | undefined;
  /** p adjusted for the family and the looks. The sides are proved to differ if it is at most `alpha`. */
  adjusted: number | undefined;
  alpha: number;
  /** The level that this hypothesis alone would have to reach now. */
  required: number;
  /** What would decide an open question; found when it is first read. */
  readonly needs: TrialsNeeded | undefined;
  comparison: MetricComparison;
  /** Present with the reason `qualified`. */
  qualification?: Qualification | undefined;
}

/** A metric of a cell with its verdict. */
export interface JudgedMetric {
  cell: string;
  definition: MetricDefinition;
  result: MetricVerdict;
  /** Created on first access. */
  readonly sentence: string;
  /** The correction behind `adjusted`, for display. */
  correction: string;
  /** The look that decided, or the last one so far; undefined if the number of trials was fixed. */
  look: Look | undefined;
}

/** A cell with its metrics: each headline, then the secondary metrics of its family. */
export interface JudgedCell {
  cell: string;
  metrics: JudgedMetric[];
  findings: StatisticalFinding[];
  /** Trials per side that the next look of this cell needs; undefined if it is decided or there are no more looks. */
  nextTrials: number | undefined;
}

/** The whole judged table. */
export interface Analysis {
  alpha: number;
  method: Correction;
  /** Number of hypotheses in the declared family. */
  declared: number;
  cells: JudgedCell[];
  /** Verdicts of the headlines. */
  tally: Record<Verdict, number>;
  /** Whether a gated headline is REGRESSED. Only then does the run fail. */
  regressed: boolean;
}

/** Whether a hypothesis needs no more trials: proved either way, or every change as large as the gate is excluded. */
export function isDecided(result: MetricVerdict): boolean {
  return result.changed || result.verdict === 'UNCHANGED';
}

/** Whether more trials of a hypothesis can help: it is open and its metric is measured. */
export function wantsTrials(result: MetricVerdict): boolean {
  return !isDecided(result) && result.reason !== 'no-values';
}
