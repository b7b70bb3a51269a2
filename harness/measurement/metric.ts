import type { MetricClass } from '../statistics/samples/metric.ts';
import type { CounterName } from './module-stats/module-stats.ts';

/** Base unit of a metric's values. */
export type MetricUnit = 'count' | 'bytes' | 'ns' | 'per_second';

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

type Draft = Pick<Metric, 'name' | 'title' | 'unit' | 'family' | 'description'> & Partial<Metric>;

function metric(draft: Draft): Metric {
  const kind = draft.class ?? 'count';
  return {
    class: kind,
    worse: 'higher',
    headline: false,
    gate: draft.unit === 'bytes' ? { atLeast: 4096, relative: 0.05 } : gates[kind],
    counters: [],
    ...draft,
  };
}

/** Every metric that modstorm itself measures. Changes of counters are taken over the workload: after minus before. */
export const metrics: readonly Metric[] = [
  metric({
    name: 'wasted_bytes',
    title: 'wasted',
    unit: 'bytes',
    family: 'waste',
    headline: true,
    counters: [
      'invalid_kread_bytes',
      'invalid_decompress_bytes',
      'invalid_becoming_bytes',
      'invalid_mod_bytes',
    ],
    description:
      'Bytes allocated for loads that failed, all reasons together: traffic through vmalloc, not peak use.',
  }),
  metric({
    name: 'failed_becoming',
    title: 'failed becoming',
    unit: 'count',
    family: 'waste',
    counters: ['failed_becoming'],
    description:
      'Loads that failed after the file was read and before the module was laid out; mostly duplicates.',
  }),
  metric({
    name: 'failed_load',
    title: 'failed load',
    unit: 'count',
    family: 'waste',
    counters: ['failed_load_modules'],
    description: 'Loads that failed after the module was laid out.',
  }),
  metric({
    name: 'failed_kread',
    title: 'failed kread',
    unit: 'count',
    family: 'waste',
    counters: ['failed_kreads'],
    description: 'Loads whose file could not be read into memory.',
  }),
  metric({
    name: 'failed_decompress',
    title: 'failed decompress',
    unit: 'count',
    family: 'waste',
    counters: ['failed_decompress'],
    description: 'Loads whose file the kernel could not decompress.',
  }),
  metric({
    name: 'becoming_bytes',
    title: 'becoming bytes',
    unit: 'bytes',
    family: 'waste',
    counters: ['invalid_becoming_bytes'],
    description:
      'Bytes allocated and freed for failed_becoming: the file once, and its compressed form if the kernel unpacked it.',
  }),
  metric({
    name: 'load_bytes',
    title: 'load bytes',
    unit: 'bytes',
    family: 'waste',
    counters: ['invalid_mod_bytes'],
    description:
      'Bytes allocated and freed for failed_load: the file twice, and its compressed form if the kernel unpacked it.',
  }),
  metric({
    name: 'kread_bytes',
    title: 'kread bytes',
    unit: 'bytes',
    family: 'waste',
    counters: ['invalid_kread_bytes'],
    description: 'Bytes allocated and freed for failed_kread.',
  }),
  metric({
    name: 'decompress_bytes',
    title: 'decompress bytes',
    unit: 'bytes',
    family: 'waste',
    counters: ['invalid_decompress_bytes'],
    description: 'Bytes allocated and freed for failed_decompress.',
  }),
  metric({
    name: 'duplicates',
    title: 'duplicates',
    unit: 'count',
    family: 'waste',
    description:
      'Failed loads of modules that were there or on their way: the sum of the table in the stats text.',
  }),
  metric({
    name: 'duplicate_modules',
    title: 'duplicate modules',
    unit: 'count',
    family: 'waste',
    description: 'Modules with at least one duplicate load.',
  }),
  metric({
    name: 'dup_warnings',
    title: 'dup warnings',
    unit: 'count',
    family: 'autoload',
    headline: true,
    description:
      'Duplicate request_module() calls that the kernel reported (CONFIG_MODULE_DEBUG_AUTOLOAD_DUPS).',
  }),
  metric({
    name: 'dup_names',
    title: 'dup names',
    unit: 'count',
    family: 'autoload',
    description: 'Distinct names among the duplicate requests.',
  }),
  metric({
    name: 'mods_loaded',
    title: 'mods loaded',
    unit: 'count',
    family: 'loaded',
    headline: true,
    worse: 'none',
    counters: ['modcount'],
    description: 'Modules loaded during the workload, each load counted.',
  }),
  metric({
    name: 'total_module_size',
    title: 'module size',
    unit: 'bytes',
    family: 'loaded',
    worse: 'none',
    counters: ['total_mod_size'],
    description: 'Bytes of all modules loaded during the workload.',
  }),
  metric({
    name: 'total_text_size',
    title: 'text size',
    unit: 'bytes',
    family: 'loaded',
    worse: 'none',
    counters: ['total_text_size'],
    description: 'Bytes of text of all modules loaded during the workload.',
  }),
  metric({
    name: 'boot_ns',
    title: 'boot',
    unit: 'ns',
    class: 'time',
    family: 'boot',
    headline: true,
    description: "Uptime of the guest when its agent says hello, by the guest's clock.",
  }),
  metric({
    name: 'workload_ns',
    title: 'workload',
    unit: 'ns',
    class: 'time',
    family: 'workload',
    headline: true,
    description: "Wall time of the workload by the guest's clock.",
  }),
  metric({
    name: 'settle_ns',
    title: 'settle',
    unit: 'ns',
    class: 'time',
    family: 'settle',
    headline: true,
    description: 'From the trigger of all devices to an empty udev queue.',
  }),
  metric({
    name: 'stress_ng_ops',
    title: 'stress-ng ops',
    unit: 'count',
    family: 'throughput',
    headline: true,
    worse: 'lower',
    gate: { atLeast: 1, relative: 0.1 },
    description:
      'Operations of the module stressor: successful loads from stress-ng 0.18.03 on, attempts before.',
  }),
  metric({
    name: 'vmalloc_peak_bytes',
    title: 'vmalloc peak',
    unit: 'bytes',
    family: 'memory',
    headline: true,
    description:
      'Most memory of vmalloc() in use at one time during the workload, above the level before (VmallocUsed, sampled).',
  }),
  metric({
    name: 'mapped_peak_bytes',
    title: 'mapped peak',
    unit: 'bytes',
    family: 'memory',
    description:
      'As vmalloc peak, with the pages that vmap() maps: modules that the kernel decompresses (/proc/vmallocinfo, sampled).',
  }),
  metric({
    name: 'memory_peak_bytes',
    title: 'memory peak',
    unit: 'bytes',
    family: 'memory',
    description:
      'Largest fall of free memory during the workload below the level before, by whatever took it (MemFree, sampled).',
  }),
];

const byName = new Map(metrics.map(entry => [entry.name, entry]));

/** A metric of modstorm itself by its name. */
export function findMetric(name: string): Metric | undefined {
  return byName.get(name);
}

/** The metric that a workload declares, with the gate of its class; one of modstorm's own names keeps its meaning. */
export function workloadMetric(workload: string, definition: WorkloadMetricDefinition): Metric {
  const own = byName.get(definition.name);
  if (own) return own;
  const { name, unit, class: kind, worse, description } = definition;
  return metric({
    name,
    // Reports tell the unit beside the title.
    title: name.replace(/_(ns|bytes)$/, '').replaceAll('_', ' '),
    unit,
    class: kind,
    worse,
    family: workload,
    description,
  });
}

/**
 * All metrics of a run: modstorm's own and those of its workloads, in a stable order. Metrics that two workloads
 * declare under one name are listed once.
 */
export function metricRegistry(
  workloads: Readonly<Record<string, readonly WorkloadMetricDefinition[]>>,
): ReadonlyMap<string, Metric> {
  const registry = new Map(byName);
  for (const workload of Object.keys(workloads).sort()) {
    for (const definition of workloads[workload]!) {
      if (!registry.has(definition.name)) registry.set(definition.name, workloadMetric(workload, definition));
    }
  }
  return registry;
}
