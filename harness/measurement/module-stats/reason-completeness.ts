import type { Counters } from './counters.ts';
import type { DuplicateModule, DuplicateReason } from './module-stats.ts';

/**
 * Whether `Becoming`, the last word of a text, is the whole reason of the last row or the beginning of `Becoming & Load`,
 * judging by the sums: every failed load is in the table, and a module with both reasons failed at least once for each.
 */
export function reasonCompleteness(
  duplicates: readonly DuplicateModule[],
  counters: Counters,
): 'whole' | 'cut' | 'unknown' {
  const last = duplicates.at(-1);
  if (!last) return 'unknown';
  const continued: DuplicateModule = { ...last, reason: 'Becoming & Load' };
  const isWhole = agrees(duplicates, counters);
  if (isWhole === agrees([...duplicates.slice(0, -1), continued], counters)) return 'unknown';
  return isWhole ? 'whole' : 'cut';
}

/** Whether the counters can be the sums of the rows. */
function agrees(
  duplicates: readonly DuplicateModule[],
  { failed_becoming: becoming, failed_load_modules: load }: Counters,
): boolean {
  if (becoming === undefined || load === undefined) return false;
  const counts = (reason: DuplicateReason) =>
    duplicates.filter(row => row.reason === reason).map(({ count }) => BigInt(count));
  const total = (values: readonly bigint[]) => values.reduce((sum, value) => sum + value, 0n);
  const both = counts('Becoming & Load');
  const leftOfBecoming = becoming - total(counts('Becoming'));
  const leftOfLoad = load - total(counts('Load'));
  const least = BigInt(both.length);
  return leftOfBecoming >= least && leftOfLoad >= least && leftOfBecoming + leftOfLoad === total(both);
}
