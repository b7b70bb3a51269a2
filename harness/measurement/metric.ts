import type { MetricClass } from '../statistics/samples/metric.ts';
import type { CounterName } from './module-stats/kernel-counter.ts';

/** Base unit of a metric's values. */
export type MetricUnit = 'count' | 'bytes' | 'ns' | 'per_second' | 'ratio';

/** How large a proved change must be to count. It must reach both bounds. */
export interface MetricGate {
  /** Absolute change in the base unit. */
  atLeast: number;
  /** Relative change, as a fraction of the base's centre; not applied to a base of zero. */
  relative: number;
}

/** One measured quantity of a trial, for statistics and reports. */
export interface Metric {
  name: string;
  /** For table headings. */
  title: string;
  unit: MetricUnit;
  class: MetricClass;
  worse: 'higher' | 'lower' | 'none';
  /** Metrics of a family measure the same thing in different ways. Only the headline is tested. */
  family: string;
  headline: boolean;
  /**
   * Whether it adds up over the workload. A total grows with the amount of work, so if a workload runs for a fixed time it
   * measures the speed of the kernel, and a change is neither worse nor better.
   */
  total: boolean;
  gate: MetricGate;
  /** The debugfs counters whose change it measures; empty for other sources. */
  counters: readonly CounterName[];
  description: string;
}

/** A metric declared in a file of guests/workloads/. */
export interface WorkloadMetricDefinition {
  name: string;
  unit: MetricUnit;
  class: MetricClass;
  worse: 'higher' | 'lower' | 'none';
  description: string;
}

const gates: Record<MetricClass, MetricGate> = {
  deterministic: { atLeast: 1, relative: 0 },
  count: { atLeast: 1, relative: 0.05 },
  time: { atLeast: 1e6, relative: 0.05 },
};

/** The required properties of a metric. The others have defaults. */
export type MetricDraft = Pick<Metric, 'name' | 'title' | 'unit' | 'family' | 'description'> &
  Partial<Metric>;

/** A metric from a draft: a count, worse when higher, with the gate of its class. */
export function metric(draft: MetricDraft): Metric {
  const kind = draft.class ?? 'count';
  return {
    class: kind,
    worse: 'higher',
    headline: false,
    total: kind === 'count' && (draft.unit === 'count' || draft.unit === 'bytes'),
    gate: draft.unit === 'bytes' ? { atLeast: 4096, relative: 0.05 } : gates[kind],
    counters: [],
    ...draft,
  };
}
