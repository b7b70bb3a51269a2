import type { Finding } from '../finding.ts';
import type { Counters } from './counters.ts';

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
  /** 1-based line where it begins. */
  line: number;
  counters: Counters;
  /** `Virtual mem wasted bytes`: the sum of the four invalid byte counters. */
  wastedBytes?: bigint;
  averages: Record<string, bigint>;
  duplicates: DuplicateModule[];
  /** Labels that this version does not know, unchanged. */
  unknown: { label: string; value: string }[];
  findings: Finding[];
}
