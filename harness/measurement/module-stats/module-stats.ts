import type { Finding } from '../finding.ts';

/** The files of /sys/kernel/debug/modules/, by name (kernel/module/stats.c, Linux 6.4 and later). */
export const counterNames = [
  'modcount',
  'failed_kreads',
  'failed_decompress',
  'failed_becoming',
  'failed_load_modules',
  'total_mod_size',
  'total_text_size',
  'invalid_kread_bytes',
  'invalid_decompress_bytes',
  'invalid_becoming_bytes',
  'invalid_mod_bytes',
] as const;

/** A single debugfs counter. */
export type CounterName = (typeof counterNames)[number];

/** Why a module was a duplicate, as `mod_fail_to_str()` in kernel/module/stats.c names it. */
export type DuplicateReason = 'Becoming' | 'Load' | 'Becoming & Load' | 'Bug-on-stats';

/** A row of the `Duplicate failed modules` table. */
export interface DuplicateModule {
  name: string;
  count: number;
  reason: DuplicateReason;
}

/** The `stats` text as numbers. */
export interface ModuleStats {
  kind: 'stats';
  counters: Partial<Record<CounterName, bigint>>;
  /** `Virtual mem wasted bytes`: the sum of the four invalid byte counters. */
  wastedBytes?: bigint;
  averages: Record<string, bigint>;
  duplicates: DuplicateModule[];
  /** Labels that this version does not know, kept as they were. */
  unknown: { label: string; value: string }[];
  findings: Finding[];
}
