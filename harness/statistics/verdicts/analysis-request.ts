/**
 * What an analysis takes: the types of samples, tables and options.
 * @module
 */
import type { TrialValues } from '../samples/failed-trial.ts';
import type { MetricDefinition } from '../samples/metric.ts';
import type { RandomSource } from '../samples/random-source.ts';
import type { FormatValue } from './format.ts';

/**
 * Both sides of one metric, in the order of the trials; undefined or null marks a trial without a value, `failed` one
 * that ranks worst.
 */
export type SampleValues = TrialValues;

/** What was measured of one cell (or of one pair of cells that are compared). */
export interface SampleTable {
  cell: string;
  /** By metric name; a metric that is absent was not measured. */
  metrics: Readonly<Record<string, SampleValues>>;
  /** What is known of its metrics, where that differs from cell to cell; default: the definitions of the request. */
  definitions?: readonly MetricDefinition[] | undefined;
}

/**
 * How p-values of headlines are adjusted for the family: Holm for a gate, Benjamini and Hochberg for a report,
 * Westfall and Young inside cells (Bonferroni over them) for few cells with many headlines that move together.
 */
export type Correction = 'holm' | 'bh' | 'westfall-young';

/** Which secondary metrics are judged: all, or only those whose headline is proved, which are all that can speak. */
export type Detail = 'all' | 'proved';

/** A table of samples and how it is to be judged. */
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
  /** Trials per side of the declared looks, replayed in order; absent when the number of trials was fixed. */
  looks?: readonly number[] | undefined;
  /** Seeded. Without it, secondary metrics are adjusted for each other by Holm instead of Westfall and Young. */
  random?: RandomSource | undefined;
  /** Default: `all`. `proved` saves much time where hundreds of cells did not change. */
  detail?: Detail | undefined;
  /** Writes values in their unit; default: `formatPlainly`. */
  format?: FormatValue | undefined;
}
