import type { Finding } from '../measurement/finding.ts';
import type { DuplicateRequestCaller } from '../measurement/kernel-log/duplicate-requests.ts';
import type { TrialRecord } from '../measurement/record.ts';

/** Findings with the same code over the trials of a cell. */
export interface FoldedFinding {
  code: string;
  severity: Finding['severity'];
  /** The message of the first finding. Hostile text: escape it. */
  message: string;
  /** Number of trials that have it. */
  trials: number;
}

/** Duplicate loads or requests of one module, summed over the boots of a cell that passed. */
export interface FoldedDuplicate {
  name: string;
  /** As in the stats text. Absent for requests reported by the kernel. */
  reason?: string | undefined;
  total: number;
  boots: number;
}

/** Duplicate requests for one name by one call chain, summed over the boots of a cell that passed. */
export interface FoldedCaller {
  /** The requested name. */
  name: string;
  /** `run_request [test_kmod]`. Hostile text, like the chain: escape it. */
  caller: string;
  /** From the caller outward. */
  chain: string[];
  total: number;
  boots: number;
}

/** Findings of several trials as one list. A finding repeated within a trial counts once. */
export function foldFindings(records: readonly TrialRecord[]): FoldedFinding[] {
  const folded = new Map<string, FoldedFinding>();
  const keyOf = ({ severity, code }: Finding) => `${severity} ${code}`;
  for (const { findings } of records) {
    const distinct = new Map(findings.map(finding => [keyOf(finding), finding]));
    for (const [key, { code, severity, message }] of distinct) {
      const known = folded.get(key) ?? { code, severity, message, trials: 0 };
      known.trials++;
      folded.set(key, known);
    }
  }
  return [...folded.values()];
}

/** Duplicates of several boots as one list, most frequent first. */
export function foldDuplicates(
  boots: readonly (readonly { name: string; count: number; reason?: string }[])[],
): FoldedDuplicate[] {
  return foldCounts(boots, ({ name, reason }) => ({ name, reason }));
}

/** Callers of several boots as one list, most frequent first. A caller is identified by its whole chain. */
export function foldCallers(boots: readonly (readonly DuplicateRequestCaller[])[]): FoldedCaller[] {
  return foldCounts(boots, ({ name, caller, chain }) => ({ name, caller, chain }));
}

/** Sums the totals of what has the same key, over several cells, the largest first; `item` is the first of its kind. */
export function rankTotals<Item extends { total: number }>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): { item: Item; total: number }[] {
  const ranked = new Map<string, { item: Item; total: number }>();
  for (const item of items) {
    const key = keyOf(item);
    const known = ranked.get(key);
    if (known) known.total += item.total;
    else ranked.set(key, { item, total: item.total });
  }
  return [...ranked.values()].sort((a, b) => b.total - a.total);
}

/** Sums the counts of the same thing over several boots, and counts the boots that list it. */
function foldCounts<Counted extends { count: number }, Thing extends { name: string }>(
  boots: readonly (readonly Counted[])[],
  thingOf: (counted: Counted) => Thing,
): (Thing & { total: number; boots: number })[] {
  const folded = new Map<string, Thing & { total: number; boots: number }>();
  for (const counted of boots.flat()) {
    const thing = thingOf(counted);
    const key = JSON.stringify(thing);
    const known = folded.get(key) ?? { ...thing, total: 0, boots: 0 };
    known.total += counted.count;
    known.boots++;
    folded.set(key, known);
  }
  return [...folded.values()].sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
}
