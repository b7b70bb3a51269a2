import { compareScalars, type Scalar } from '../../statistics/samples/value.ts';

/** A partition of the values of a metric, frozen before the search begins. */
export interface Bins {
  /** Least value of every bin but the first; ascending. */
  cuts: readonly Scalar[];
  /** One more than there are cuts. */
  count: number;
}

const quartiles = [0.25, 0.5, 0.75] as const;

/**
 * Cuts pooled values at their quartiles. Equal values are never parted: a cut goes to the gap between distinct values that
 * is nearest to its quartile, so a rare non-zero count or two constants give two bins, and a continuous metric gives four.
 * Values that are all equal make one bin.
 */
export function cutAtQuartiles(values: readonly Scalar[]): Bins {
  const ordered = [...values].sort(compareScalars);
  const gaps = gapsOf(ordered);
  const chosen = new Set<number>();
  for (const quartile of quartiles) {
    const wanted = quartile * ordered.length;
    let nearest: number | undefined;
    for (const gap of gaps) {
      if (nearest === undefined || Math.abs(gap - wanted) < Math.abs(nearest - wanted)) nearest = gap;
    }
    if (nearest !== undefined) chosen.add(nearest);
  }
  const cuts = [...chosen].sort((a, b) => a - b).map(gap => ordered[gap]!);
  return { cuts, count: cuts.length + 1 };
}

/** Places at which a value differs from the one before. */
function gapsOf(ordered: readonly Scalar[]): number[] {
  const gaps: number[] = [];
  for (let place = 1; place < ordered.length; place++) {
    if (compareScalars(ordered[place - 1]!, ordered[place]!) !== 0) gaps.push(place);
  }
  return gaps;
}

/** The bin of a value, from 0. */
export function binOf({ cuts }: Bins, value: Scalar): number {
  let bin = 0;
  while (bin < cuts.length && compareScalars(value, cuts[bin]!) >= 0) bin++;
  return bin;
}
