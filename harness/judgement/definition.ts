import type { GateSetting } from '../matrix/matrix.ts';
import type { Metric, WorkloadMetricDefinition } from '../measurement/metric.ts';
import { metricRegistry } from '../measurement/metric-registry.ts';
import type { MetricDefinition } from '../statistics/samples/metric.ts';
import { failedBoots } from './side.ts';

/** What decides which metrics are judged, and how. */
export interface DefinitionRequest {
  workloadMetrics: Readonly<Record<string, readonly WorkloadMetricDefinition[]>>;
  gates: Readonly<Record<string, GateSetting>>;
  /** Whether any guest ran under emulation, where times are those of the translator. */
  emulated: boolean;
  /** Names of the metrics that have a value anywhere. */
  measured: ReadonlySet<string>;
}

/** Boots that failed, crashed or hung, as a metric: 0 or 1 per boot, so its mean is a rate. */
export const failedBootsMetric: Metric = {
  name: failedBoots,
  title: 'failed boots',
  unit: 'count',
  class: 'count',
  worse: 'higher',
  family: 'outcome',
  headline: true,
  gate: { atLeast: 0.05, relative: 0 },
  counters: [],
  description: 'Share of boots that failed, crashed or hung; infrastructure failures do not count.',
};

/** All metrics by name, those of workloads and the outcome of boots among them. */
export function judgedMetrics(
  workloadMetrics: DefinitionRequest['workloadMetrics'],
): ReadonlyMap<string, Metric> {
  return new Map([...metricRegistry(workloadMetrics), [failedBoots, failedBootsMetric]]);
}

/** Names that `gates` of a matrix may use, when its workloads declare these metrics. */
export function gateNames(workloadMetrics: DefinitionRequest['workloadMetrics']): string[] {
  return [...judgedMetrics(workloadMetrics).keys()];
}

/**
 * The metrics as the statistics room wants them. Declared are those that any boot of these workloads can yield; a
 * metric that only some kernels or workloads yield counts when it was measured or is gated.
 *
 * A headline is gated when a direction is worse; times and throughput only where guests are not emulated, unless the
 * matrix gates them by name.
 * A metric that the matrix gates leads its family in the place of the usual headline.
 */
export function metricDefinitions(request: DefinitionRequest): MetricDefinition[] {
  const all = judgedMetrics(request.workloadMetrics);
  const own = new Set(Object.values(request.workloadMetrics).flatMap(list => list.map(({ name }) => name)));
  const declared = [...all.values()].filter(
    ({ name }) =>
      name === failedBoots ||
      own.has(name) ||
      request.measured.has(name) ||
      Object.hasOwn(request.gates, name),
  );
  const led = new Set(
    declared.filter(({ name }) => Object.hasOwn(request.gates, name)).map(one => one.family),
  );
  return declared.map(metric => {
    const gate = Object.hasOwn(request.gates, metric.name) ? request.gates[metric.name] : undefined;
    const headline = gate !== undefined || (metric.headline && !led.has(metric.family));
    return toDefinition(metric, gate, headline, request.emulated);
  });
}

/** Times, rates, and counts of what fits into a fixed time: all of them measure the speed of an emulator. */
function isClockBound({ class: kind, unit, family }: Metric): boolean {
  return kind === 'time' || unit === 'per_second' || family === 'throughput';
}

function toDefinition(
  metric: Metric,
  gate: GateSetting | undefined,
  headline: boolean,
  emulated: boolean,
): MetricDefinition {
  const worse = gate?.worse ?? metric.worse;
  const doubtful = emulated && isClockBound(metric) && gate === undefined;
  return {
    name: metric.name,
    unit: metric.unit,
    class: metric.class,
    worse,
    family: metric.family,
    headline,
    gated: headline && worse !== 'none' && !doubtful,
    gate: {
      atLeast: gate?.atLeast ?? metric.gate.atLeast,
      // A gate that names an absolute change alone asks for no relative one beside it.
      relative: gate?.relative ?? (gate?.atLeast === undefined ? metric.gate.relative : 0),
      ...(metric.name === failedBoots && { rate: gate?.atLeast ?? metric.gate.atLeast }),
    },
  };
}
