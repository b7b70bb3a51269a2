import type { MetricClass } from '../statistics/samples/metric.ts';
import type { CounterName } from './module-stats/kernel-counter.ts';

/** Base unit of a metric's values. */
export type MetricUnit = 'count' | 'bytes' | 'ns' | 'per_second' | 'ratio';

/** How large a change must be, beside being proved, to count. Either bound alone holds a change back. */
export interface MetricGate {
  /** Absolute change in the base unit. */
  atLeast: number;
  /** Relative change, as a fraction of the base's centre; not applied to a base of zero. */
  relative: number;
}

/** One measured quantity of a trial, as statistics and reports know it. */
export interface Metric {
  name: string;
  /** For table heads. */
  title: string;
  unit: MetricUnit;
  class: MetricClass;
  worse: 'higher' | 'lower' | 'none';
  /** Metrics that say the same thing in other words; confirmed once, by the headline. */
  family: string;
  headline: boolean;
  /**
   * Adds up over the workload. It grows with the work that was done, so where a workload runs for a fixed time it measures
   * the speed of the kernel, and a change of it is neither worse nor better.
   */
  total: boolean;
  gate: MetricGate;
  /** The debugfs counters it is the change of; empty for what comes from elsewhere. */
  counters: readonly CounterName[];
  description: string;
}

/** A metric that a file of guests/workloads/ declares. */
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

/** What must be said of a metric; the rest has defaults. */
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
