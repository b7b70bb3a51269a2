/**
 * What an analysis gives: the types of verdicts, judged metrics and cells.
 * @module
 */
import type { MetricDefinition, StatisticalFinding } from '../samples/metric.ts';
import type { Correction } from './analysis-request.ts';
import type { MetricComparison } from './comparison.ts';
import type { Look } from './looks.ts';
import type { TrialsNeeded } from './power.ts';

/** What the data say about one metric of one cell. */
export type Verdict = 'REGRESSED' | 'IMPROVED' | 'UNCHANGED' | 'INCONCLUSIVE' | 'NOT_ENOUGH';

/** Why a verdict is what it is, in one word, for programs and for the sentence. */
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
  /** Proved of the trials, but the caller knows why it is neither better nor worse. */
  | 'qualified';

/** What qualifies a proved change: another metric of the cell, or that the two sides are two sessions. */
export interface Qualification {
  /** What the change is called instead of better or worse. */
  word: 'CHANGED' | 'MOVED' | 'DIFFERS';
  /** The rest of the sentence. */
  because: string;
}

/** A verdict with everything it rests on. */
export interface MetricVerdict {
  verdict: Verdict;
  reason: Reason;
  /** Whether a change of at least the gate is proved, whatever its direction means. */
  changed: boolean;
  /** Raw p; undefined where no test applies. */
  p: number | undefined;
  /** p adjusted for the family and the looks: the sides are proved to differ when it is at most `alpha`. */
  adjusted: number | undefined;
  alpha: number;
  /** Level that this hypothesis alone would have to reach now. */
  required: number;
  /** What would decide an open question; found when it is first read. */
  readonly needs: TrialsNeeded | undefined;
  comparison: MetricComparison;
  /** Given with the reason `qualified`. */
  qualification?: Qualification | undefined;
}

/** A metric of a cell with its verdict. */
export interface JudgedMetric {
  cell: string;
  definition: MetricDefinition;
  result: MetricVerdict;
  /** Made when it is first read. */
  readonly sentence: string;
  /** What `adjusted` went through, for people. */
  correction: string;
  /** The look that decided, or the last so far; undefined when the number of trials was fixed. */
  look: Look | undefined;
}

/** A cell with its metrics: each headline, then the secondary metrics of its family. */
export interface JudgedCell {
  cell: string;
  metrics: JudgedMetric[];
  findings: StatisticalFinding[];
  /** Trials per side that the next look of this cell needs; undefined when it is decided or all looks are used. */
  nextTrials: number | undefined;
}

/** The whole judged table. */
export interface Analysis {
  alpha: number;
  method: Correction;
  /** Hypotheses in the declared family. */
  declared: number;
  cells: JudgedCell[];
  /** Verdicts of the headlines. */
  tally: Record<Verdict, number>;
  /** Whether a gated headline is REGRESSED: then, and only then, the run fails. */
  regressed: boolean;
}

/** Whether a hypothesis needs no further trials: proved either way, or every change worth the gate is excluded. */
export function isDecided(result: MetricVerdict): boolean {
  return result.changed || result.verdict === 'UNCHANGED';
}

/** Whether further trials of a hypothesis can help: it is open, and its metric is measured at all. */
export function wantsTrials(result: MetricVerdict): boolean {
  return !isDecided(result) && result.reason !== 'no-values';
}
