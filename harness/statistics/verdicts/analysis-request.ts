/**
 * The input types of an analysis: samples, tables and options.
 * @module
 */
import type { Correction } from '../corrections/correction.ts';
import type { TrialValues } from '../samples/failed-trial.ts';
import type { MetricDefinition } from '../samples/metric.ts';
import type { RandomSource } from '../samples/random-source.ts';
import type { FormatValue } from './format.ts';

/** Level of a family of hypotheses where none is given. */
export const defaultAlpha = 0.05;
/** Level of intervals where none is given. */
export const defaultConfidence = 0.95;

/**
 * Both sides of one metric, in the order of the trials; undefined or null marks a trial without a value, `failed` one
 * that ranks worst.
 */
export type SampleValues = TrialValues;

/** The measurements of one cell (or of one pair of compared cells). */
export interface SampleTable {
  cell: string;
  /** By metric name. An absent metric was not measured. */
  metrics: Readonly<Record<string, SampleValues>>;
  /** The definitions of its metrics, if they differ between cells. Default: the definitions of the request. */
  definitions?: readonly MetricDefinition[] | undefined;
}

/** Which secondary metrics to judge: all, or only those with a proved headline. No others can make a claim. */
export type Detail = 'all' | 'proved';

/** A table of samples and how to judge it. */
export interface AnalysisRequest {
  definitions: readonly MetricDefinition[];
  cells: readonly SampleTable[];
  /** Every cell of the declared matrix; those without samples count in the family. */
  declaredCells?: readonly string[] | undefined;
  /** Level of the whole family; default: 0.05. */
  alpha?: number | undefined;
  /** Default: `holm`, for a gate. `bh` is for a report; `westfall-young` needs `random`. */
  method?: Correction | undefined;
  /** Level of the intervals; default: 0.95. */
  confidence?: number | undefined;
  /** Trials per side at the declared looks, replayed in order; absent if the number of trials was fixed. */
  looks?: readonly number[] | undefined;
  /** Seeded. Without it, secondary metrics are adjusted for each other by Holm instead of Westfall and Young. */
  random?: RandomSource | undefined;
  /** Default: `all`. `proved` saves a lot of time if hundreds of cells did not change. */
  detail?: Detail | undefined;
  /** Formats values with their unit. Default: `formatPlainly`. */
  format?: FormatValue | undefined;
}
