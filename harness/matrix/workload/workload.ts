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

/** A metric that a workload yields beside the kernel's counters. */
export interface WorkloadMetric {
  name: string;
  unit: 'count' | 'bytes' | 'ns' | 'per_second';
  class: 'deterministic' | 'count' | 'time';
  worse: 'higher' | 'lower' | 'none';
  description: string;
}

/** One workload's file, checked: what the image needs, what runs, which metrics come out. */
export interface WorkloadDefinition {
  name: string;
  /** Raised when the file changes what is measured; part of the key of a baseline. */
  version: number;
  description: string;
  /** One design, or that of each value of a parameter of type choice or boolean. */
  design: WorkloadDesign | { parameter: string; values: Record<string, WorkloadDesign> };
  parameters: ParameterDefinition[];
  /** Programs of the userland that must be in the image (`stress-ng`, `modprobe`, `udevd`). */
  programs: string[];
  /** Modules (after substitution of `${parameter}`) that must be in the image, with their dependencies. */
  modules: string[];
  /** Modules that the agent loads, with dependencies, before the first snapshot. */
  preload: string[];
  /** Load the dependencies of `modules`, and not the modules themselves, before the first snapshot. */
  preloadDependencies: boolean;
  /** Fragments of guests/kernel/ that must be in the cell's config, whatever the axis says. */
  fragments: string[];
  /** Program and arguments before substitution; `resolveWorkload` makes the argument vector of a cell of it. */
  run: RunItem[];
  /** Which compressions of the .ko files the workload can load; the sentence says what to use instead. */
  compressions: { allowed: ('none' | 'gzip' | 'xz' | 'zstd')[]; otherwise: string } | undefined;
  /** Name of the duration parameter that bounds the workload, and what to add before it counts as hung (ns). */
  deadline: { parameter?: string; extraNs: number };
  /** How long it takes under emulation on two idle cores where no parameter bounds it, ns; for estimates only. */
  expected?: { baseNs: number; perVcpuNs: number } | undefined;
  /** Between two samples of the guest's memory while it runs, ns; left out when none are wanted. */
  sampleNs?: number | undefined;
  results: WorkloadResult[];
  metrics: WorkloadMetric[];
  /**
   * Name of the metric that counts the loads which the workload saw succeed, with those that the kernel merged into one.
   * Requests are these and the failures that the kernel counted. Left out where the workload cannot know.
   */
  succeeded?: string | undefined;
  /**
   * Loads fail by design and not as duplicates: always, or when a boolean parameter is true. Otherwise a trial of which
   * no load succeeds, or whose failures are no duplicates, is invalid.
   */
  loadsFail?: boolean | string | undefined;
}
