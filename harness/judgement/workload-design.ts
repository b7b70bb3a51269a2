import type { WorkloadDesign } from '../matrix/workload/workload-design.ts';
import type { Metric } from '../measurement/metric.ts';

/** The headlines of a workload that runs for a fixed time, by name, with the family of each. */
const fixedTimeHeadlines: Readonly<Record<string, string>> = {
  waste_per_request: 'waste',
  failures_per_request: 'failures',
  loads_per_second: 'throughput',
  instructions_per_request: 'instructions',
};

/**
 * Adapts a metric to the design of its workload. If every worker does a given amount of work, totals can be compared, and
 * rates only repeat them. If workers run until the time is up, a faster kernel does more, so a total measures its speed:
 * totals are then listed below the throughput, without a worse direction, and rates are the headlines.
 */
export function forDesign(metric: Metric, design: WorkloadDesign): Metric {
  if (design === 'fixed-work') return metric;
  if (metric.total) return { ...metric, family: 'throughput', headline: false, worse: 'none' };
  const family = Object.hasOwn(fixedTimeHeadlines, metric.name) ? fixedTimeHeadlines[metric.name] : undefined;
  return family === undefined ? metric : { ...metric, family, headline: true };
}
