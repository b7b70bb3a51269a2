import { sum } from 'simple-statistics';
import { type RandomSource, shuffleInPlace } from '../samples/random-source.ts';
import { makeSample, type PooledRanks, poolRanks } from '../samples/sample.ts';
import { normalRankP, rankTestOfPooled } from '../tests/rank-test.ts';
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

/**
 * The share of the level that suffices of the rank test, after so many permutations without a hit: only a share, because a
 * second way to be significant adds to the false alarms. Few quiet series get as far as the first row.
 */
const rankShares: ReadonlyMap<number, number> = new Map([
  [10, 0.1],
  [100, 0.5],
]);
const largestRankShare = Math.max(...rankShares.values());

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
  let bound: number | undefined;
  for (let round = 1; round <= permutations; round++) {
    if (fresh.some(reaches)) hits++;
    if (hits + 1 > allowed) return (1 + hits) / (1 + round);
    const share = hits === 0 ? rankShares.get(round) : undefined;
    if (share === undefined) continue;
    bound ??= rankBound(series, fresh, level * largestRankShare);
    if (bound <= level * share) return Math.max(bound, leastBound);
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
 * @param enough the largest bound that is of use
 */
function rankBound({ least, split }: SplitSeries, fresh: readonly Fresh[], enough: number): number {
  const segment = fresh.findLast(({ from }) => from < split.at);
  if (segment === undefined) return 1;
  const inside = [...segment.innovations];
  const at = split.at - segment.from;
  const end = split.end - segment.from;
  const left = makeSample(inside.slice(0, at));
  const boundUpTo = (last: number, splits: number) =>
    2 * splits * rankP(poolRanks(left, makeSample(inside.slice(at, last))), enough / (2 * splits));
  const starts = fresh.map(({ innovations: { length } }) => Math.max(0, length - 2 * least + 1));
  const ofLasting = Math.min(1, boundUpTo(inside.length, sum(starts)));
  if (end === inside.length) return ofLasting;
  return Math.min(ofLasting, boundUpTo(end, sum(starts.map(count => (count * (count + 1)) / 2))));
}

/** From this size of both sides on, and with no tie of more than half of the values, the normal tail is a bound. */
const leastNormalSide = 30;

/** How much larger than the exact p, at most, the normal one usually is where it matters. */
const normalExcess = 20;

/**
 * The p of the rank test, by the exact distribution only where that can decide: it takes milliseconds, as long as dozens
 * of permutations. Far in the tail the normal p is the larger one (see `normalRankP`).
 * @param enough the largest p that is of use
 */
function rankP(pooled: PooledRanks, enough: number): number {
  const { first, second, groups } = pooled;
  const normal = normalRankP(pooled);
  const heaviest = groups.reduce((most, size) => Math.max(most, size), 0);
  const isBound = Math.min(first, second) >= leastNormalSide && 2 * heaviest <= first + second;
  const isDecisive = normal <= enough || normal > normalExcess * enough;
  return isBound && isDecisive ? normal : rankTestOfPooled(pooled).twoSided;
}
