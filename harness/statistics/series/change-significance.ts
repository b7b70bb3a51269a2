import { sum } from 'simple-statistics';
import { type RandomSource, shuffleInPlace } from '../samples/random-source.ts';
import { makeSample } from '../samples/sample.ts';
import { rankTest } from '../tests/rank-test.ts';
import { cautiousAutocorrelation, centred, innovations, integrate } from './autocorrelation.ts';
import { bestSplit, type Split } from './energy-split.ts';
import { orderedCuts, segmentsOf } from './segment.ts';

/** How significant a split must be, and how to test it. */
export interface SignificanceOptions {
  random: RandomSource;
  level: number;
  /** Maximum number of relabellings. */
  permutations: number;
}

/** A series cut into segments, and the best remaining split. */
export interface SplitSeries {
  points: readonly number[];
  /** The first point of each segment except the first one, ascending. */
  cuts: readonly number[];
  /** Minimum number of points on either side of a change. */
  least: number;
  /** Uses indexes of the whole series. */
  split: Split;
}

/** The innovations of a segment. */
interface Fresh {
  from: number;
  innovations: Float64Array;
}

/** Try the rank test after this many permutations without a hit. Few quiet series get that far. */
const roundsBeforeRanks = 10;

/** The rank test uses this share of the level, so that a second way to be significant adds little to it. */
const rankShare = 0.1;

/** Smallest bound: below this, the normal tail of the rank test is inaccurate. */
const leastBound = 1e-6;

/**
 * The p of the best split over all segments, given that the noise has the autocorrelation of this series: its statistic is
 * compared with those of series whose innovations are permuted inside their segments and put together again. Without
 * autocorrelation these are the permutations of Matteson and James. They stop as soon as p must exceed the level, or
 * if a rank test finds the split overwhelming. Then p is an upper bound (Bonferroni over all splits).
 */
export function splitSignificance(series: SplitSeries, options: SignificanceOptions): number {
  const { points, cuts, least, split } = series;
  const { random, level, permutations } = options;
  const autocorrelation = cautiousAutocorrelation(points, cutsWithSplit(series));
  const fresh = segmentsOf(points, cuts).map(segment => ({
    from: segment.from,
    innovations: innovations(centred(segment.points), autocorrelation),
  }));
  // Sums of distances are rounded: a statistic that is equal up to rounding is a hit.
  const observed = split.statistic - Math.abs(split.statistic) * 1e-9;
  const reaches = (segment: Fresh): boolean => {
    const shuffled = segment.innovations.slice();
    shuffleInPlace(shuffled, random);
    integrate(shuffled, autocorrelation);
    const best = bestSplit(shuffled, least);
    return best !== undefined && best.statistic >= observed;
  };
  const allowed = level * (permutations + 1);
  let hits = 0;
  for (let round = 1; round <= permutations; round++) {
    if (fresh.some(reaches)) hits++;
    if (hits + 1 > allowed) return (1 + hits) / (1 + round);
    if (round === roundsBeforeRanks && hits === 0) {
      const bound = rankBound(series, fresh);
      if (bound <= level * rankShare) return Math.max(bound, leastBound);
    }
  }
  return (1 + hits) / (1 + permutations);
}

/** The cuts including the split and the end of its right part. */
function cutsWithSplit({ points, cuts, split }: SplitSeries): number[] {
  const ends = split.end < points.length ? [split.end] : [];
  return orderedCuts([...cuts, split.at, ...ends]);
}

/**
 * Bonferroni's bound on the p-value that the innovations on both sides of the split differ: half for splits whose right
 * part ends with its segment, half for all others.
 */
function rankBound({ least, split }: SplitSeries, fresh: readonly Fresh[]): number {
  const segment = fresh.findLast(({ from }) => from < split.at);
  if (segment === undefined) return 1;
  const inside = [...segment.innovations];
  const at = split.at - segment.from;
  const left = makeSample(inside.slice(0, at));
  const pUpTo = (end: number) => rankTest(left, makeSample(inside.slice(at, end))).twoSided;
  const starts = fresh.map(({ innovations: { length } }) => Math.max(0, length - 2 * least + 1));
  const lasting = sum(starts);
  const all = sum(starts.map(count => (count * (count + 1)) / 2));
  return Math.min(1, 2 * lasting * pUpTo(inside.length), 2 * all * pUpTo(split.end - segment.from));
}
