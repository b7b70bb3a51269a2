import type { Crash } from './crashes/crash.ts';
import type { Finding } from './finding.ts';
import type { DuplicateRequest, DuplicateRequestCaller } from './kernel-log/duplicate-requests.ts';
import type { CounterName } from './module-stats/kernel-counter.ts';
import type { DuplicateModule } from './module-stats/module-stats.ts';
import type { LedgerSummary } from './trace/ledger-summary.ts';

/** How a trial ended. Never merge two of these: a lost guest is not a failed one. */
export type Outcome =
  | { kind: 'passed' }
  /** The workload ran but its result is bad (exit status, errors). Counters are still valid as evidence. */
  | { kind: 'failed'; reason: string }
  /** The trial did not measure what it claims (Unknown symbol, skipped stressor). It never yields a number. */
  | { kind: 'invalid'; reason: string }
  | { kind: 'timeout'; phase: TrialPhase; reason: string }
  | { kind: 'crashed'; title: string; class: Crash['class'] }
  | { kind: 'infrastructure'; reason: string }
  | { kind: 'interrupted' };

/** The phases of a trial, in order; each has its own deadline. */
export type TrialPhase = 'start' | 'boot' | 'prepare' | 'workload' | 'collect' | 'shutdown';

/** The value of a metric. Integers that are not exact as a double are decimal strings. */
export type StoredValue = number | string;

/** What the guest showed about itself. Part of the key of baselines, with workload version, accelerator and CPU model. */
export interface Capabilities {
  release: string;
  moduleStats: boolean;
  autoloadDups: boolean;
  dupsTrace: boolean;
  decompress: boolean;
  cpusOnline: number;
  /** Digest of /proc/config.gz, if the kernel has it. */
  configDigest?: string;
}

/** What the host was busy with while a guest ran. Averages over the life of its QEMU, not peaks. */
export interface HostPressure {
  /** Share of the CPU time of the host that its own hypervisor gave to others (steal), 0 to 1. */
  stealShare: number;
  /** Share of the time in which some task of the host waited for a CPU (PSI), 0 to 1; absent without CONFIG_PSI. */
  waitShare?: number;
  /** Load average of the last minute, divided by the number of CPUs. */
  loadPerCpu: number;
  /** Mean clock frequency at the end; absent without cpufreq. */
  megahertz?: number;
}

/** One line of the journal: everything known about one trial, in base units, unrounded. */
export interface TrialRecord {
  version: 1;
  trial: string;
  cell: string;
  repetition: number;
  order: number;
  outcome: Outcome;
  /** Wall-clock start, ISO 8601 UTC. */
  startedAt: string;
  /** When it began by the host's monotonic clock, which nobody sets: comparable among records with one base. */
  clock?: { base: string; startNs: number };
  /** From the start of QEMU to its end. */
  durationNs: number;
  /** Host monotonic durations of the phases that were reached. */
  phasesNs: Partial<Record<TrialPhase, number>>;
  /** Absent in records of older versions, and if the host does not provide it. */
  hostPressure?: HostPressure;
  /** Guest uptime at the agent's hello. */
  bootNs?: number;
  /** Wall time of the workload by the guest's clock. */
  workloadNs?: number;
  capabilities?: Capabilities;
  /** The debugfs counters after the workload, and their change over it; decimal strings. */
  counters?: { before: Partial<Record<CounterName, string>>; after: Partial<Record<CounterName, string>> };
  /** Metric name to value. Absent means not measured, never zero. */
  metrics: Record<string, StoredValue>;
  /** Failed duplicates by module, from the stats text after the workload. */
  duplicates: DuplicateModule[];
  duplicateRequests: DuplicateRequest[];
  /** Their callers, most frequent first, at most 200; absent if the kernel printed no stacks. */
  callers?: DuplicateRequestCaller[];
  /** Who loaded what, and what came of it; present if the kernel was traced. */
  ledger?: LedgerSummary;
  findings: Finding[];
  /** Last lines of the console, escaped, if the outcome is not `passed`. */
  consoleTail?: string[];
}
