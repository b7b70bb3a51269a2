import type { ParameterValue } from '../matrix.ts';
import type { WorkloadDesign } from './workload-design.ts';

/** A parameter that a workload takes from the matrix. */
export interface ParameterDefinition {
  name: string;
  type: 'string' | 'integer' | 'duration' | 'size' | 'boolean' | 'choice';
  default: ParameterValue;
  /** For integer, duration (ns) and size (bytes). */
  minimum?: number;
  maximum?: number;
  /** For choice. */
  choices?: string[];
  /** For string: an ECMAScript regular expression that the whole value must match. */
  pattern?: string;
  description: string;
}

/** Words of a workload's argument vector: one word, or words that depend on a boolean parameter. */
export type RunItem = string | { if: string; add: string[]; otherwise: string[] };

/** How the agent treats the results that a workload leaves behind. */
export interface WorkloadResult {
  /** Absolute path in the guest. */
  file: string;
  /** `stress-ng`: its YAML; `metrics`: lines `name value`; `text`: kept only. */
  format: 'stress-ng' | 'metrics' | 'text';
}

/** A metric that a workload yields in addition to the kernel's counters. */
export interface WorkloadMetric {
  name: string;
  unit: 'count' | 'bytes' | 'ns' | 'per_second';
  class: 'deterministic' | 'count' | 'time';
  worse: 'higher' | 'lower' | 'none';
  description: string;
}

/** A checked workload file: what the image needs, what runs, and which metrics result. */
export interface WorkloadDefinition {
  name: string;
  /** Incremented if a change of the file affects what is measured. Part of the key of a baseline. */
  version: number;
  description: string;
  /** One design, or a design for each value of a choice or boolean parameter. */
  design: WorkloadDesign | { parameter: string; values: Record<string, WorkloadDesign> };
  parameters: ParameterDefinition[];
  /** Programs of the userland that must be in the image (`stress-ng`, `modprobe`, `udevd`). */
  programs: string[];
  /** Modules (after substitution of `${parameter}`) that must be in the image, with their dependencies. */
  modules: string[];
  /** Modules that the agent loads, with dependencies, before the first snapshot. */
  preload: string[];
  /** Load the dependencies of `modules`, but not the modules themselves, before the first snapshot. */
  preloadDependencies: boolean;
  /** Fragments of guests/kernel/ that must be in the cell's config, in addition to those of the axis. */
  fragments: string[];
  /** Program and arguments before substitution. `resolveWorkload` turns them into the argument vector of a cell. */
  run: RunItem[];
  /** The compressions of .ko files that the workload can load, and a sentence that says what to use instead. */
  compressions: { allowed: ('none' | 'gzip' | 'xz' | 'zstd')[]; otherwise: string } | undefined;
  /** Name of the duration parameter that bounds the workload, and the time to add before it counts as hung (ns). */
  deadline: { parameter?: string; extraNs: number };
  /** Its duration under emulation on two idle cores if no parameter bounds it, in ns. Only for estimates. */
  expected?: { baseNs: number; perVcpuNs: number } | undefined;
  /** Interval between two samples of the guest's memory while it runs, in ns; absent for no samples. */
  sampleNs?: number | undefined;
  results: WorkloadResult[];
  metrics: WorkloadMetric[];
  /**
   * Name of the metric that counts the loads which the workload saw succeed, including those that the kernel merged.
   * Requests are these plus the failures that the kernel counted. Absent if the workload cannot know.
   */
  succeeded?: string | undefined;
  /**
   * Loads fail by design and not as duplicates: always, or when a boolean parameter is true. Otherwise a trial of which
   * no load succeeds, or whose failures are no duplicates, is invalid.
   */
  loadsFail?: boolean | string | undefined;
}
