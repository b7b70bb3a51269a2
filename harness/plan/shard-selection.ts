import { UsageError } from '../errors.ts';
import { comparisonGroup } from '../matrix/comparison-group.ts';
import type { Cell, CompareSetting } from '../matrix/matrix.ts';
import { bootEstimateNs } from './estimate.ts';
import { checkShard, type Shard } from './shard.ts';
import type { Trial } from './trial.ts';

/**
 * The trials of one shard. Cells that are compared with each other share a host: whole groups are assigned, the longest
 * first, each to the shard with the least work. Every host computes the same assignment.
 * @throws UsageError SHARD_INVALID
 * @throws UsageError SHARD_EMPTY if there are more shards than groups
 */
export function selectShard(
  trials: readonly Trial[],
  compare: CompareSetting | undefined,
  shard: Shard,
): Trial[] {
  checkShard(shard);
  const costs = new Map<string, number>();
  const groupOf = new Map<string, string>();
  for (const { cell } of trials) {
    const group = groupOf.get(cell.id) ?? groupOfCell(cell, compare);
    groupOf.set(cell.id, group);
    costs.set(group, (costs.get(group) ?? 0) + bootEstimateNs(cell));
  }
  const mine = dealOut(costs, shard.count).get(shard.index - 1) ?? new Set();
  const selected = trials.filter(({ cell }) => {
    const group = groupOf.get(cell.id);
    return group !== undefined && mine.has(group);
  });
  if (selected.length > 0) return selected;
  const hint = `There are ${costs.size} groups of compared cells, so at most ${costs.size} shards have work.`;
  throw new UsageError('SHARD_EMPTY', `the shard ${shard.index}/${shard.count} has nothing to run`, { hint });
}

/** Number of groups of cells that stay together: the largest number of shards that all have work. */
export function comparedGroups(cells: readonly Cell[], compare: CompareSetting | undefined): number {
  return new Set(cells.map(cell => groupOfCell(cell, compare))).size;
}

/** Number of pairs that are compared: in each group, every cell but the base with the base. */
export function comparedPairs(cells: readonly Cell[], compare: CompareSetting | undefined): number {
  if (compare === undefined) return 0;
  const groups = new Map<string, { cells: number; base: boolean }>();
  for (const { settings } of cells) {
    const key = comparisonGroup(settings, compare.axis);
    const group = groups.get(key) ?? { cells: 0, base: false };
    group.cells++;
    group.base ||= settings[compare.axis] === compare.base;
    groups.set(key, group);
  }
  return [...groups.values()].reduce((sum, group) => sum + (group.base ? group.cells - 1 : 0), 0);
}

/** Without a comparison, each cell is its own group. */
function groupOfCell(cell: Cell, compare: CompareSetting | undefined): string {
  return compare === undefined ? cell.id : comparisonGroup(cell.settings, compare.axis);
}

function dealOut(costs: ReadonlyMap<string, number>, count: number): Map<number, Set<string>> {
  const longestFirst = [...costs].sort(([a, costA], [b, costB]) => costB - costA || (a < b ? -1 : 1));
  const shards = new Map<number, Set<string>>();
  const loads = Array.from({ length: Math.min(count, costs.size) }, () => 0);
  for (const [group, cost] of longestFirst) {
    const least = Math.min(...loads);
    const lightest = loads.indexOf(least);
    loads[lightest] = least + cost;
    shards.set(lightest, (shards.get(lightest) ?? new Set()).add(group));
  }
  return shards;
}
