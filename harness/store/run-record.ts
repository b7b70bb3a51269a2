import type { AcceleratorProof } from '../machine/machine.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { WorkloadMetric } from '../matrix/workload/workload.ts';

/** The host as a run saw it; decides, with others, which runs may be compared. */
export interface HostEnvironment {
  /** `AMD EPYC 9R14`, or implementer and part on machines that name no model; `unknown` when nothing does. */
  cpuModel: string;
  /** CPUs that the harness may use (affinity counts). */
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
  /** Load average over a minute when the run began: above 0 it disturbs times. */
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
  /** Ids of the cells. */
  cells: string[];
}

/** run.json: under what conditions the trials of the journal were made. Written before the first trial. */
export interface RunRecord {
  version: 1;
  /** Name of the folder. */
  run: string;
  /** ISO 8601 UTC. */
  startedAt: string;
  /** modstorm's own version, and its git revision when run from a checkout. */
  tool: { version: string; revision?: string };
  /** The words of the command line after `modstorm`, to do it again. */
  command: string[];
  /** The checked matrix; its cells are in plan.json. */
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
  /** Workload name to its version; part of the key of a baseline. */
  workloads: Record<string, number>;
  /** What the workloads declared to measure, so that a report needs no guests/ folder. */
  workloadMetrics?: Record<string, WorkloadMetric[]>;
  /** Which part of the plan was run here; `index` counts from 1. */
  shard?: { index: number; count: number };
  /** Set when the run is a calibration: every cell is booted under two names, and nothing differs. */
  calibration?: { pairs: number; perSide: number };
}
