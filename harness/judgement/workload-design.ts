import type { WorkloadDesign } from '../matrix/workload/workload-design.ts';
import type { Metric } from '../measurement/metric.ts';

/** What leads the verdict where a workload runs for a fixed time, by name, with the family of each. */
const fixedTimeHeadlines: Readonly<Record<string, string>> = {
  waste_per_request: 'waste',
  failures_per_request: 'failures',
  loads_per_second: 'throughput',
  instructions_per_request: 'instructions',
};

/**
 * A metric as the design of its workload gives it meaning. Where every worker does a given amount of work, totals can be
 * compared, and rates only repeat them. Where workers go on until the time is over, a faster kernel does more, so that a
 * total measures its speed: totals then stand under the throughput, without a direction that is worse, and rates lead.
 */
export function forDesign(metric: Metric, design: WorkloadDesign): Metric {
  if (design === 'fixed-work') return metric;
  if (metric.total) return { ...metric, family: 'throughput', headline: false, worse: 'none' };
  const family = Object.hasOwn(fixedTimeHeadlines, metric.name) ? fixedTimeHeadlines[metric.name] : undefined;
  return family === undefined ? metric : { ...metric, family, headline: true };
}
