import type { SampleValues } from './judged-cell.ts';
import type { MetricDefinition } from './metric.ts';
import type { RandomSource } from './random-source.ts';
import type { FormatValue } from './sentence.ts';
import type { Correction } from './verdict.ts';

/** What was measured of one cell (or of one pair of cells that are compared). */
export interface CellSamples {
  cell: string;
  /** By metric name; a metric that is absent was not measured. */
  metrics: Readonly<Record<string, SampleValues>>;
}

/** A table of samples and how it is to be judged. */
export interface AnalysisRequest {
  definitions: readonly MetricDefinition[];
  cells: readonly CellSamples[];
  /** Every cell of the declared matrix; those without samples count in the family. */
  declaredCells?: readonly string[];
  /** Level of the whole family; 0.05 unless told. */
  alpha?: number;
  /** `holm` for a gate (the default), `bh` for a report. */
  method?: Correction;
  /** Level of the intervals; 0.95 unless told. */
  confidence?: number;
  /** Trials per side of the declared looks, replayed in order; absent when the number of trials was fixed. */
  looks?: readonly number[];
  /** Adjust the headlines of a cell for each other by Westfall and Young, and cells by Bonferroni; needs `random`. */
  withinCell?: 'westfall-young';
  random?: RandomSource;
  format?: FormatValue;
}
