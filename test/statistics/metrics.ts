import type { MetricDefinition } from '../../harness/statistics/samples/metric.ts';

/*
 * Four metrics as the tests of the verdicts know them: one of each class, and one under the headline of the counts.
 */
export const count: MetricDefinition = {
  name: 'failed_becoming',
  unit: '',
  class: 'count',
  worse: 'higher',
  family: 'duplicates',
  headline: true,
  gated: true,
  gate: { atLeast: 1, relative: 0 },
};

export const bytes: MetricDefinition = {
  ...count,
  name: 'wasted',
  unit: 'bytes',
  headline: false,
  gated: false,
};

export const time: MetricDefinition = {
  ...count,
  name: 'boot',
  class: 'time',
  family: 'boot',
  gate: { atLeast: 10, relative: 0.02 },
};

export const exact: MetricDefinition = {
  ...count,
  name: 'modcount',
  class: 'deterministic',
  family: 'modules',
  gate: { atLeast: 0, relative: 0 },
};

/** A side on which every trial gave the same. */
export const repeat = (value: number, times: number): number[] => Array(times).fill(value);
