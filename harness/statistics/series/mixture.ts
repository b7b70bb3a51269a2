import { median } from 'simple-statistics';

/** Share of each side that must lie nearer to the level of the other side. */
const leastVisits = 0.1;

/** Share of all points that must lie within a quarter of the distance between both levels from one of them. */
const leastNear = 0.6;

/** Maximum number of points in the middle half between the levels, per point that visits the other side's level. */
const mostBetween = 0.25;

/**
 * Whether two stretches of points visit the same two levels and only the share of the visits changed, as on a host that
 * is sometimes fast and sometimes slow: the medians then jump from one level to the other although neither is new. Both
 * sides visit both levels, points cluster there, and few lie between. If a single mode shifts, most lie between.
 * Modes less than about eight of their own spreads apart are not always recognised.
 * @param earlier not empty, as is `later`
 */
export function isMixture(earlier: readonly number[], later: readonly number[]): boolean {
  const before = median([...earlier]);
  const after = median([...later]);
  const quarter = Math.abs(after - before) / 4;
  const middle = (before + after) / 2;
  const all = [...earlier, ...later];
  const visits = shareOf(earlier, point => Math.abs(point - after) < Math.abs(point - before));
  const returns = shareOf(later, point => Math.abs(point - before) < Math.abs(point - after));
  const near = shareOf(all, point => Math.min(Math.abs(point - before), Math.abs(point - after)) <= quarter);
  const between = shareOf(all, point => Math.abs(point - middle) < quarter);
  const least = Math.min(visits, returns);
  return least >= leastVisits && near >= leastNear && between <= least * mostBetween;
}

function shareOf(points: readonly number[], holds: (point: number) => boolean): number {
  return points.filter(holds).length / points.length;
}
