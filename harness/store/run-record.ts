import type { AcceleratorProof } from '../machine/machine.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { WorkloadMetric } from '../matrix/workload/workload.ts';
import type { WholePlan } from '../plan/trial.ts';

/** The host as a run saw it. It helps to decide which runs may be compared. */
export interface HostEnvironment {
  /** `AMD EPYC 9R14`, or implementer and part on machines without a model name, or `unknown`. */
  cpuModel: string;
  /** CPUs that the harness may use, respecting affinity. */
  cores: number;
  memoryBytes: number;
  /** Release of the host's kernel. */
  kernel: string;
  architecture: string;
  /** PRETTY_NAME of /etc/os-release. */
  distribution?: string;
  /** cpufreq governor of CPU 0. */
  governor?: string;
  /** Whether simultaneous multithreading is on. */
  smt?: boolean;
  /** Whether the host is itself a guest. */
  virtual?: boolean;
  /** One-minute load average when the run began. Load disturbs times. */
  loadAverage?: number;
  /** `v20.20.0`. */
  node: string;
}

/** A kernel of the run, by its name in the matrix and its config. */
export interface KernelRecord {
  kernel: string;
  config: string;
  /** Key of the cache entry. */
  key: string;
  release: string;
  buildId?: string;
  /** SHA-256 over image and modules. */
  objectDigest: string;
  /** SHA-256 of the resulting .config. */
  configDigest?: string;
  origin: string;
}

/** An initramfs of the run and the cells that booted it. */
export interface ImageRecord {
  key: string;
  bytes: number;
  /** Part of the userland to its version. */
  versions: Record<string, string>;
  /** IDs of the cells. */
  cells: string[];
}

/** A shard of a merged run: where and how its trials were made. */
export interface ShardRecord {
  /** From 1, and how many were planned. Shards without cells have no run. */
  index: number;
  count: number;
  /** Name of its run. */
  run: string;
  /** ISO 8601 UTC. */
  startedAt: string;
  host: HostEnvironment;
  jobs: number;
  /** IDs of its cells. */
  cells: string[];
  /** SHA-256 over its trial records. */
  records: string;
}

/** run.json: the conditions under which the trials of the journal were made. Written before the first trial. */
export interface RunRecord {
  version: 1;
  /** Name of the folder. */
  run: string;
  /** ISO 8601 UTC. */
  startedAt: string;
  /** modstorm's own version, and its git revision when run from a checkout. */
  tool: { version: string; revision?: string };
  /** The words of the command line after `modstorm`, to repeat the run. */
  command: string[];
  /** The checked matrix. Its cells are in plan.json. */
  matrix: Omit<Matrix, 'cells'>;
  /** Path of the matrix as given. */
  matrixFile: string;
  seed: number;
  planDigest: string;
  host: HostEnvironment;
  qemu: { path: string; version: string };
  accelerator: AcceleratorProof;
  /** Host cores given to guests. */
  jobs: number;
  kernels: KernelRecord[];
  images: ImageRecord[];
  /** Workload name to version. Part of the key of a baseline. */
  workloads: Record<string, number>;
  /** The metrics that the workloads declared, so that a report does not need the guests/ folder. */
  workloadMetrics?: Record<string, WorkloadMetric[]>;
  /**
   * The part of the plan that was run here. `index` counts from 1; `cells` and `pairs` are those of the whole plan, absent in
   * runs of older versions.
   */
  shard?: { index: number; count: number } & Partial<WholePlan>;
  /** The shards that the run was merged from, by their index; see `mergeShards`. */
  shards?: ShardRecord[];
  /** Set if the run is a calibration: every cell is booted under two names, and nothing differs. */
  calibration?: { pairs: number; perSide: number };
}
