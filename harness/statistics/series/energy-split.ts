// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops, which run for every pair of points
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
 * sums of distances are updated from each split to the next: n^2 steps, and memory for three numbers per point.
 * @param least minimum number of points in either part, at least 2
 * @returns undefined if there are too few points to split
 */
export function bestSplit(points: ArrayLike<number>, least: number): Split | undefined {
  return points.length < 2 * least ? undefined : searchSplits(points, least);
}

/**
 * Two starts share a pass over the points: the sums of one need not wait for those of the other. A search asks for the best
 * split of a thousand permutations, so this is where its time goes.
 */
function searchSplits(points: ArrayLike<number>, least: number): Split {
  const size = points.length;
  const among = distancesAmongFirst(points);
  const inverse = reciprocals(size);
  const toLeft = distancesTo(points, least - 1);
  const best: Split = { at: 0, end: 0, statistic: Number.NEGATIVE_INFINITY };
  let largest = Number.NEGATIVE_INFINITY;
  for (let at = least; at + least <= size; at += 2) {
    const after = at + 1;
    const moved = points[at - 1]!;
    const next = points[at]!;
    const inLeft = among[at]!;
    const inNext = among[after]!;
    const perPoint = inLeft * inverse[at - 1]!;
    const perNext = inNext * inverse[at]!;
    const first = at + least - 1;
    let between = toLeft[at]! + Math.abs(next - moved);
    let betweenNext = 0;
    for (let index = after; index < size; index++) {
      const point = points[index]!;
      const toParts = toLeft[index]! + Math.abs(point - moved);
      const toNext = toParts + Math.abs(point - next);
      toLeft[index] = toNext;
      between += toParts;
      betweenNext += toNext;
      if (index < first) continue;
      const others = index - at;
      const all = among[index + 1]!;
      const share = inverse[index + 1]!;
      const half = between - perPoint * (others + 1) - (all - inLeft - between) * at * inverse[others]!;
      if (half * share > largest) {
        largest = half * share;
        best.at = at;
        best.end = index + 1;
      }
      if (index === first) continue;
      const halfNext =
        betweenNext - perNext * others - (all - inNext - betweenNext) * after * inverse[others - 1]!;
      if (halfNext * share > largest) {
        largest = halfNext * share;
        best.at = after;
        best.end = index + 1;
      }
    }
  }
  best.statistic = 2 * largest;
  return best;
}

/** For each number of points, the sum of the distances among the first so many. */
function distancesAmongFirst(points: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(points.length + 1);
  for (let index = 1; index < points.length; index++) {
    const point = points[index]!;
    // Two sums, for the same reason as two starts.
    let even = 0;
    let odd = 0;
    let earlier = 0;
    for (; earlier + 1 < index; earlier += 2) {
      even += Math.abs(point - points[earlier]!);
      odd += Math.abs(point - points[earlier + 1]!);
    }
    if (earlier < index) even += Math.abs(point - points[earlier]!);
    sums[index + 1] = sums[index]! + even + odd;
  }
  return sums;
}

/** For each point, the sum of its distances to the first `count` points. */
function distancesTo(points: ArrayLike<number>, count: number): Float64Array {
  const sums = new Float64Array(points.length);
  for (let index = 0; index < sums.length; index++) {
    for (let other = 0; other < count; other++) sums[index]! += Math.abs(points[index]! - points[other]!);
  }
  return sums;
}

function reciprocals(most: number): Float64Array {
  const inverse = new Float64Array(most + 1);
  for (let value = 1; value <= most; value++) inverse[value] = 1 / value;
  return inverse;
}
