import type { WorkloadDesign } from './workload/workload-design.ts';

/** How the modules of a guest are compressed on its (initramfs) disk. */
export type Compression = 'none' | 'gzip' | 'xz' | 'zstd';

/** Who decompresses a module: the loading program or the kernel (MODULE_INIT_COMPRESSED_FILE). */
export type Decompressor = 'user' | 'kernel';

/**
 * What drives the clock of a guest. `host` is real time. With `instructions` it advances with each executed instruction, so
 * that the guest does the same work in the same order however busy the host is, and the instructions are counted.
 */
export type Clock = 'host' | 'instructions';

/** A value of a workload parameter after checking: sizes are bytes, durations nanoseconds. */
export type ParameterValue = string | number | boolean;

/** Where a kernel comes from. */
export type KernelSource =
  | { kind: 'debian'; package: string; suite?: string; version?: string; patches?: string[] }
  | { kind: 'tree'; path: string; revision: string; patches?: string[] }
  | { kind: 'prebuilt'; image: string; modules: string };

/** A workload with all its parameters, as one cell runs it. */
export interface WorkloadSetting {
  /** Name of the file in guests/workloads/ without its extension, or of a workload of the matrix itself. */
  name: string;
  parameters: Record<string, ParameterValue>;
}

/** One combination of axis values: everything that determines how a guest is built, booted and stormed. */
export interface Cell {
  /** Twelve hexadecimal digits of the SHA-256 of the canonical settings; equal settings have equal IDs. */
  id: string;
  /** The varied axes only, in matrix order: `config=stats vcpus=8`; the matrix's name if nothing varies. */
  label: string;
  /** Axis name to value as written, for filters, reports and comparisons. Holds every axis, varied or not. */
  settings: Record<string, string>;
  /** Axis name to the short name of its value, where the file gives one. */
  names?: Record<string, string>;
  kernel: string;
  /** Names of fragments in guests/kernel/, joined by `+`; `plain` is the control without any. */
  config: string;
  vcpus: number;
  memoryBytes: number;
  compression: Compression;
  decompress: Decompressor;
  /** Extra words for the guest kernel's command line. */
  commandLine: string;
  /** QEMU -cpu model; undefined lets the machine choose (host under KVM, max under TCG). */
  cpuModel?: string;
  numaNodes: number;
  clock: Clock;
  workload: WorkloadSetting;
  /** What ends the workload. It determines whether totals can be compared, or only rates. */
  design: WorkloadDesign;
}

/** The number of boots per cell: fixed, or up to the last of the declared looks. */
export type TrialCount = { kind: 'fixed'; count: number } | { kind: 'looks'; looks: number[] };

/** An A/B comparison inside one run: every other value of the axis is compared with the base. */
export interface CompareSetting {
  axis: string;
  base: string;
}

/** A user's gate for one metric: how large a proved change must be to count. */
export interface GateSetting {
  worse?: 'higher' | 'lower' | 'none';
  /** Absolute change in the metric's base unit. */
  atLeast?: number;
  /** Relative change, as a fraction of the base's centre (0.05 = 5 %). */
  relative?: number;
  /** Change of the share of boots whose distance from the median is at least the gate, as a fraction: 0.1 is one more boot in ten. */
  rate?: number;
}

/** What the host must provide, else nothing runs. */
export interface Requirements {
  accel?: 'kvm' | 'tcg';
}

/** A checked matrix with its cells expanded. Created by `loadMatrix`. */
export interface Matrix {
  /** File name without extension, or `name:` in the file. */
  name: string;
  description?: string;
  /** The text as read, kept for the record of the run. */
  text: string;
  kernels: Record<string, KernelSource>;
  /** Fragments declared in the matrix, besides those of guests/kernel/: name to path of a config file. */
  configs: Record<string, string>;
  /** Axes with more than one value, in the order of the file. */
  varied: string[];
  cells: Cell[];
  trials: TrialCount;
  compare?: CompareSetting;
  gates: Record<string, GateSetting>;
  require: Requirements;
}
