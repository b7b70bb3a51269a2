import type { GateSetting } from '../matrix/matrix.ts';
import type { WorkloadDesign } from '../matrix/workload/workload-design.ts';
import type { Metric, WorkloadMetricDefinition } from '../measurement/metric.ts';
import { metricRegistry } from '../measurement/metric-registry.ts';
import type { MetricDefinition } from '../statistics/samples/metric.ts';
import { failedBoots } from './side.ts';
import { forDesign } from './workload-design.ts';

/** What determines which metrics are judged, and how. */
export interface DefinitionRequest {
  workloadMetrics: Readonly<Record<string, readonly WorkloadMetricDefinition[]>>;
  gates: Readonly<Record<string, GateSetting>>;
  /** Whether any guest ran under emulation, where times measure the translator. */
  emulated: boolean;
  /** Names of the metrics that have at least one value. */
  measured: ReadonlySet<string>;
  /** The design of the workload in the cells to judge. */
  design: WorkloadDesign;
}

/** Boots that failed, crashed or hung, as a metric: 0 or 1 per boot, so its mean is a rate. */
const failedBootsMetric: Metric = {
  name: failedBoots,
  title: 'failed boots',
  unit: 'count',
  class: 'count',
  worse: 'higher',
  family: 'outcome',
  headline: true,
  total: false,
  gate: { atLeast: 0.05, relative: 0 },
  counters: [],
  description: 'Share of boots that failed, crashed or hung, not counting infrastructure failures.',
};

/** All metrics by name, including those of workloads and the outcome of boots. */
export function judgedMetrics(
  workloadMetrics: DefinitionRequest['workloadMetrics'],
): ReadonlyMap<string, Metric> {
  return new Map([...metricRegistry(workloadMetrics), [failedBoots, failedBootsMetric]]);
}

/** The names that `gates` of a matrix may use if its workloads declare these metrics, and which of them are totals. */
export function gateNames(workloadMetrics: DefinitionRequest['workloadMetrics']): {
  metrics: string[];
  totals: string[];
} {
  const all = [...judgedMetrics(workloadMetrics).values()];
  const names = (some: readonly Metric[]) => some.map(({ name }) => name);
  return { metrics: names(all), totals: names(all.filter(({ total }) => total)) };
}

/**
 * The metrics as the statistics room needs them. A metric is declared if every boot of these workloads can yield it; one
 * that only some kernels or workloads yield is declared if it was measured or is gated.
 *
 * A headline is gated if it has a worse direction. Times and throughput of emulated guests are only gated if the matrix
 * gates them by name.
 * A metric that the matrix gates leads its family instead of the usual headline. The gate of a total is void if the
 * workload runs for a fixed time.
 */
export function metricDefinitions(request: DefinitionRequest): MetricDefinition[] {
  const { gates, design } = request;
  const all = [...judgedMetrics(request.workloadMetrics).values()];
  const own = new Set(Object.values(request.workloadMetrics).flatMap(list => list.map(({ name }) => name)));
  const gateOf = ({ name, total }: Metric) =>
    Object.hasOwn(gates, name) && !(total && design === 'fixed-time') ? gates[name] : undefined;
  const declared = all
    .filter(
      metric =>
        metric.name === failedBoots ||
        own.has(metric.name) ||
        request.measured.has(metric.name) ||
        gateOf(metric) !== undefined,
    )
    .map(metric => forDesign(metric, design));
  const led = new Set(declared.filter(metric => gateOf(metric) !== undefined).map(one => one.family));
  return declared.map(metric => {
    const gate = gateOf(metric);
    const headline = gate !== undefined || (metric.headline && !led.has(metric.family));
    return toDefinition(metric, gate, headline, request.emulated);
  });
}

/** Whether it is a time, a rate, or a count per fixed time: under emulation, all of these measure the emulator. */
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
    events: metric.name === failedBoots ? metric.title : undefined,
    gate: {
      atLeast: gate?.atLeast ?? metric.gate.atLeast,
      // A gate with only an absolute change has no relative one.
      relative: gate?.relative ?? (gate?.atLeast === undefined ? metric.gate.relative : 0),
      rate: gate?.rate ?? (metric.name === failedBoots ? (gate?.atLeast ?? metric.gate.atLeast) : undefined),
    },
  };
}
