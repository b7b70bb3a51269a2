import { compareScalars, type Scalar } from '../../statistics/samples/value.ts';

/** A partition of the values of a metric, fixed before the search begins. */
export interface Bins {
  /** The smallest value of every bin except the first; ascending. */
  cuts: readonly Scalar[];
  /** One more than the number of cuts. */
  count: number;
}

const quartiles = [0.25, 0.5, 0.75] as const;

/**
 * Splits pooled values at their quartiles. Equal values stay together: a cut is moved to the gap between distinct values that
 * is nearest to its quartile, so a rare nonzero count or two constants give two bins, and a continuous metric gives four.
 * All-equal values give one bin.
 */
export function cutAtQuartiles(values: readonly Scalar[]): Bins {
  const gaps = gapsOf([...values].sort(compareScalars));
  const chosen = new Set<Gap>();
  for (const quartile of quartiles) {
    const nearest = nearestGap(gaps, quartile * values.length);
    if (nearest !== undefined) chosen.add(nearest);
  }
  const cuts = [...chosen].sort((a, b) => a.place - b.place).map(({ value }) => value);
  return { cuts, count: cuts.length + 1 };
}

/** An index at which a value differs from the one before. */
interface Gap {
  place: number;
  value: Scalar;
}

function gapsOf(ordered: readonly Scalar[]): Gap[] {
  const gaps: Gap[] = [];
  let previous: Scalar | undefined;
  for (const [place, value] of ordered.entries()) {
    if (previous !== undefined && compareScalars(previous, value) !== 0) gaps.push({ place, value });
    previous = value;
  }
  return gaps;
}

function nearestGap(gaps: readonly Gap[], wanted: number): Gap | undefined {
  let nearest: Gap | undefined;
  for (const gap of gaps) {
    if (nearest === undefined || Math.abs(gap.place - wanted) < Math.abs(nearest.place - wanted))
      nearest = gap;
  }
  return nearest;
}

/** The bin of a value, counted from 0. */
export function binOf({ cuts }: Bins, value: Scalar): number {
  const next = cuts.findIndex(cut => compareScalars(value, cut) < 0);
  return next < 0 ? cuts.length : next;
}
