/** A candidate split of a stretch of points. */
export interface Split {
  /** First point of the right part, as an offset into the stretch. */
  at: number;
  /** End of the right part that made the statistic largest. */
  end: number;
  /** Scaled energy distance of the two parts, in the unit of the points. */
  statistic: number;
}

/**
 * The split of a stretch with the largest scaled energy distance mn/(m+n) * E (Matteson and James 2014, alpha = 1) over
 * every start and every end of the right part, so that a change that comes and goes is not masked by later points. The
 * sums of distances are updated from each split to the next: n^2 steps, and memory for two numbers per point.
 * @param least minimum number of points in either part, at least 2
 * @returns undefined if there are too few points to split
 */
export function bestSplit(points: ArrayLike<number>, least: number): Split | undefined {
  const size = points.length;
  if (size < 2 * least) return undefined;
  const toEarlier = distancesToEarlier(points);
  const toLeft = new Float64Array(size);
  const best: Split = { at: 0, end: 0, statistic: Number.NEGATIVE_INFINITY };
  let withinLeft = 0;
  for (let at = 1; at + least <= size; at++) {
    const moved = points[at - 1] as number;
    withinLeft += toEarlier[at - 1] as number;
    const leftMean = withinLeft / (at - 1);
    let between = 0;
    let withinRight = 0;
    for (let index = at; index < size; index++) {
      const toParts = (toLeft[index] as number) + Math.abs((points[index] as number) - moved);
      toLeft[index] = toParts;
      between += toParts;
      withinRight += (toEarlier[index] as number) - toParts;
      const right = index + 1 - at;
      if (at < least || right < least) continue;
      const statistic = (2 * (between - leftMean * right - (withinRight * at) / (right - 1))) / (index + 1);
      if (statistic > best.statistic) {
        best.at = at;
        best.end = index + 1;
        best.statistic = statistic;
      }
    }
  }
  return best;
}

/** For each point, the sum of its distances to all earlier points. */
function distancesToEarlier(points: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(points.length);
  for (let index = 1; index < sums.length; index++) {
    const point = points[index] as number;
    let sum = 0;
    for (let earlier = 0; earlier < index; earlier++) sum += Math.abs(point - (points[earlier] as number));
    sums[index] = sum;
  }
  return sums;
}
