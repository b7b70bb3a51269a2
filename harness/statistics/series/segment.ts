/** A stretch of a series. */
export interface Segment {
  /** Index of its first point, and of the first point after it. */
  from: number;
  to: number;
  points: number[];
}

/**
 * The stretches of a series between its cuts.
 * @param cuts the first point of each segment except the first one, ascending
 */
export function segmentsOf(points: readonly number[], cuts: readonly number[] = []): Segment[] {
  const ends = [...cuts, points.length];
  return ends.map((to, index) => {
    const from = ends[index - 1] ?? 0;
    return { from, to, points: points.slice(from, to) };
  });
}

/** Cuts in order, each once. */
export function orderedCuts(cuts: Iterable<number>): number[] {
  return [...new Set(cuts)].sort((a, b) => a - b);
}
