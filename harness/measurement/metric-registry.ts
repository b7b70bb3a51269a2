import { type Metric, metric, type WorkloadMetricDefinition } from './metric.ts';
import { metrics } from './metric-table.ts';

const byName = new Map(metrics.map(entry => [entry.name, entry]));

/** A metric declared by a workload, with the gate of its class. A name of modstorm's own metrics keeps its meaning. */
export function workloadMetric(workload: string, definition: WorkloadMetricDefinition): Metric {
  const own = byName.get(definition.name);
  if (own) return own;
  const { name, unit, class: kind, worse, description } = definition;
  return metric({
    name,
    // Reports print the unit beside the title.
    title: name.replace(/_(ns|bytes)$/, '').replaceAll('_', ' '),
    unit,
    class: kind,
    worse,
    family: workload,
    description,
  });
}

/**
 * All metrics of a run: modstorm's own and those of its workloads, in a stable order. A metric that two workloads
 * declare under the same name is listed once.
 */
export function metricRegistry(
  workloads: Readonly<Record<string, readonly WorkloadMetricDefinition[]>>,
): ReadonlyMap<string, Metric> {
  const registry = new Map(byName);
  for (const workload of Object.keys(workloads).sort()) {
    for (const definition of workloads[workload] ?? []) {
      if (!registry.has(definition.name)) registry.set(definition.name, workloadMetric(workload, definition));
    }
  }
  return registry;
}
