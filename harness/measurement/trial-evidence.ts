import type { WorkloadMetricDefinition } from './metric.ts';

/** What the guest sent of the statistics at one moment. */
export interface StatsSnapshot {
  /** File name below /sys/kernel/debug/modules/ to its text. */
  values: Readonly<Record<string, string>>;
  /** File name to the errno that reading it gave. */
  missing?: Readonly<Record<string, string>>;
  /** The `stats` text, read after the files. */
  stats?: string | undefined;
}

/** Everything a trial left that can be measured. Texts are as the guest sent them: hostile. */
export interface TrialEvidence {
  before?: StatsSnapshot | undefined;
  after?: StatsSnapshot | undefined;
  /** Raw records of /dev/kmsg, in order. */
  kmsg: readonly string[];
  /** Records that the agent knows it lost or withheld. */
  kmsgLost?: number;
  /** What the workload printed, both streams. */
  output: string;
  exit?: { cause: 'exited' | 'signaled' | 'timeout'; code: number; wallNs: number } | undefined;
  results: readonly { file: string; format: 'stress-ng' | 'metrics' | 'text'; text: string }[];
  /** Facts of the agent's hello: `cpus_online`, `numa_nodes`, `uptime_ns`, `module_stats`, `autoload_dups` … */
  facts: Readonly<Record<string, string>>;
  /**
   * Memory during the workload: `mem_free`, `mem_available`, `vmalloc_used`, `vmalloc_mapped`, in bytes, and when the
   * sample was sent (`time_ns`, CLOCK_MONOTONIC of the guest).
   */
  samples: readonly Readonly<Record<string, string>>[];
  /** What the plugin of QEMU wrote, where instructions are counted. */
  instructions?: string | undefined;
  expected: TrialExpectations;
}

/** What the matrix asked for. */
export interface TrialExpectations {
  vcpus: number;
  /** NUMA nodes; default: one. */
  numaNodes?: number;
  /** What the kernel must decompress modules with (`gzip`, `xz`, `zstd`); given when the kernel is to do it. */
  decompression?: string | undefined;
  /** The cell's config has MODULE_STATS: counters must be there. */
  moduleStats: boolean;
  /** Metrics that the workload declares. */
  metrics: readonly WorkloadMetricDefinition[];
  /** The metric that counts the loads which the workload saw succeed; undefined when it cannot know. */
  succeeded?: string | undefined;
  /** Loads of the workload fail by design, and not as duplicates. */
  loadsFail?: boolean | undefined;
}
