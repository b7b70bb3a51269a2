import type { Cell, CompareSetting } from './matrix.ts';

/**
 * The key of the cells that are compared with each other: equal in everything but the compared axis. They must run
 * interleaved on one host, so shards never separate them. Without a comparison each cell stands alone.
 */
export function comparisonGroup(cell: Cell, compare: CompareSetting | undefined): string {
  if (compare === undefined) return cell.id;
  const others = Object.entries(cell.settings).filter(([axis]) => !belongsTo(axis, compare.axis));
  return JSON.stringify(others.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Another workload brings other parameters, which are part of what is compared. */
function belongsTo(axis: string, compared: string): boolean {
  return axis === compared || (compared === 'workload' && axis.startsWith('workload.'));
}
