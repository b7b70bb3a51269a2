import type { MetricDefinition } from '../samples/metric.ts';
import type { RandomSource } from '../samples/random-source.ts';
import type { MaybeScalar } from '../samples/value.ts';
import type { MetricComparison } from './comparison.ts';
import type { FormatValue } from './sentence.ts';
import type { Look } from './sequential.ts';
import type { Correction, MetricVerdict } from './verdict.ts';

/** What was measured of one cell (or of one pair of cells that are compared). */
export interface SampleTable {
  cell: string;
  /** By metric name; a metric that is absent was not measured. */
  metrics: Readonly<Record<string, SampleValues>>;
}

/** Which metrics under a headline are judged: all, or only those whose headline is proved, which are all that can speak. */
export type Detail = 'all' | 'proved';

/** A table of samples and how it is to be judged. */
export interface AnalysisRequest {
  definitions: readonly MetricDefinition[];
  cells: readonly SampleTable[];
  /** Every cell of the declared matrix; those without samples count in the family. */
  declaredCells?: readonly string[];
  /** Level of the whole family; 0.05 unless told. */
  alpha?: number;
  /** `holm` for a gate (the default), `bh` for a report; `westfall-young` needs `random`. */
  method?: Correction;
  /** Level of the intervals; 0.95 unless told. */
  confidence?: number;
  /** Trials per side of the declared looks, replayed in order; absent when the number of trials was fixed. */
  looks?: readonly number[];
  /** Seeded. Without it, metrics under a headline are adjusted for each other by Holm instead of Westfall and Young. */
  random?: RandomSource;
  /** `all` unless told; `proved` saves much time where hundreds of cells did not change. */
  detail?: Detail;
  format?: FormatValue;
}

/** Both sides of one metric, in the order of the trials; undefined or null marks a trial without a value. */
export interface SampleValues {
  base: readonly MaybeScalar[];
  candidate: readonly MaybeScalar[];
}
/** A headline of a cell on its way through the looks. */
export interface Hypothesis {
  cell: number;
  definition: MetricDefinition;
  values: SampleValues;
  judgement: MetricVerdict | undefined;
  look: Look | undefined;
}
/** What a cell needs to be put together from its judged headlines. */
export interface CellContext {
  cell: string;
  alpha: number;
  correction: string;
  looks: readonly Look[];
  format: FormatValue | undefined;
  random: RandomSource | undefined;
  detail: Detail;
  /** The definitions that are not headlines, by family. */
  dependents: ReadonlyMap<string, readonly MetricDefinition[]>;
  /** The values that a look uses. */
  values: (definition: MetricDefinition, look: Look | undefined) => SampleValues;
  compare: (definition: MetricDefinition, look: Look | undefined) => MetricComparison;
}
