import type { WorkloadMetricDefinition } from './metric.ts';

/** The statistics that the guest sent at one moment. */
export interface StatsSnapshot {
  /** Maps a file name in /sys/kernel/debug/modules/ to its text. */
  values: Readonly<Record<string, string>>;
  /** Maps a file name to the errno of reading it. */
  missing?: Readonly<Record<string, string>>;
  /** The `stats` text, read after the files. */
  stats?: string | undefined;
}

/** Everything that a trial left to measure. Texts come from the guest and are hostile. */
export interface TrialEvidence {
  before?: StatsSnapshot | undefined;
  after?: StatsSnapshot | undefined;
  /** Raw records of /dev/kmsg, in order. */
  kmsg: readonly string[];
  /** Number of records that the agent reports as lost or withheld. */
  kmsgLost?: number;
  /** The output of the workload, both streams. */
  output: string;
  exit?: { cause: 'exited' | 'signaled' | 'timeout'; code: number; wallNs: number } | undefined;
  results: readonly { file: string; format: 'stress-ng' | 'metrics' | 'text'; text: string }[];
  /** Facts of the agent's hello: `cpus_online`, `numa_nodes`, `uptime_ns`, `module_stats`, `autoload_dups` … */
  facts: Readonly<Record<string, string>>;
  /**
   * Memory during the workload: `mem_free`, `mem_available`, `vmalloc_used`, `vmalloc_mapped`, in bytes, and the
   * time of the sample (`time_ns`, CLOCK_MONOTONIC of the guest).
   */
  samples: readonly Readonly<Record<string, string>>[];
  /** The output of the QEMU plugin, if instructions are counted. */
  instructions?: string | undefined;
  /** The text of the kernel's tracer, if it was on. */
  trace?: string | undefined;
  expected: TrialExpectations;
}

/** What the matrix requested. */
export interface TrialExpectations {
  /** Whether the guest was booted under KVM, which it must then see; default: no. */
  underKvm?: boolean;
  vcpus: number;
  /** NUMA nodes; default: one. */
  numaNodes?: number;
  /** The algorithm with which the kernel must decompress modules (`gzip`, `xz`, `zstd`), if it is to do so. */
  decompression?: string | undefined;
  /** Whether the cell's config has MODULE_STATS, so that counters must exist. */
  moduleStats: boolean;
  /** Whether the cell's config has the tracer, so that a trace must exist. */
  traced?: boolean | undefined;
  /** Metrics that the workload declares. */
  metrics: readonly WorkloadMetricDefinition[];
  /** The metric that counts the loads which the workload saw succeed; undefined if it cannot know. */
  succeeded?: string | undefined;
  /** Loads of the workload fail by design, and not as duplicates. */
  loadsFail?: boolean | undefined;
}
