import type { Finding } from '../finding.ts';
import { counterChange } from './counters.ts';
import { wastedBytes } from './cross-check.ts';
import { type CounterName, kernelCounters } from './kernel-counter.ts';
import type { ModuleStats } from './module-stats.ts';

/** A counter in two readings. */
export interface CounterDifference {
  name: CounterName;
  before: bigint;
  after: bigint;
  /** Its growth; undefined if a counter that can only grow has fallen. */
  change: bigint | undefined;
}

/** A module of the table in two readings; 0 if it is not in the table yet. */
export interface DuplicateDifference {
  name: string;
  before: number;
  after: number;
}

/** The changes between two readings of one kernel's statistics. */
export interface StatsDifference {
  counters: CounterDifference[];
  /** Bytes wasted in between; undefined if one of the four counters is missing or fell. */
  wastedBytes?: bigint;
  /** Modules whose count changed, the largest change first. */
  duplicates: DuplicateDifference[];
  findings: Finding[];
}

/** The change from one stats text to another. Counters that only one of them has are left out. */
export function statsDifference(before: ModuleStats, after: ModuleStats): StatsDifference {
  const difference: StatsDifference = { counters: [], duplicates: [], findings: [] };
  for (const { name } of kernelCounters) {
    const [old, now] = [before.counters[name], after.counters[name]];
    if (old === undefined || now === undefined) continue;
    const change = counterChange(name, old, now);
    difference.counters.push({ name, before: old, after: now, change });
  }
  const changes = Object.fromEntries(difference.counters.map(({ name, change }) => [name, change]));
  const wasted = wastedBytes(changes);
  if (wasted !== undefined) difference.wastedBytes = wasted;
  difference.duplicates = duplicateDifferences(before, after);
  const fell = difference.counters.filter(({ name, before: old, after: now, change }) =>
    name === 'modcount' ? now < old : change === undefined,
  );
  if (fell.length > 0) {
    const message = `${fell.map(({ name }) => name).join(', ')} fell, which is impossible within one boot: the readings are in the wrong order or from two boots`;
    difference.findings.push({ code: 'COUNTER_FELL', severity: 'invalid', message });
  }
  return difference;
}

function duplicateDifferences(before: ModuleStats, after: ModuleStats): DuplicateDifference[] {
  const counts = (stats: ModuleStats) => new Map(stats.duplicates.map(({ name, count }) => [name, count]));
  const [old, now] = [counts(before), counts(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map(name => ({ name, before: old.get(name) ?? 0, after: now.get(name) ?? 0 }))
    .filter(row => row.before !== row.after)
    .sort(
      (one, other) =>
        other.after - other.before - (one.after - one.before) || (one.name < other.name ? -1 : 1),
    );
}
