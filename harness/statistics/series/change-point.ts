// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops, which run for every pair of points; no segment is empty
import { summarise } from '../samples/descriptive.ts';
import { type Gate, gateThreshold } from '../samples/metric.ts';
import type { RandomSource } from '../samples/random-source.ts';
import { makeSample, poolRanks, type Sample } from '../samples/sample.ts';
import type { MaybeScalar } from '../samples/value.ts';
import { splitSignificance } from './change-significance.ts';
import { bestSplit, type Split } from './energy-split.ts';
import { isMixture } from './mixture.ts';
import { orderedCuts, segmentsOf } from './segment.ts';
import { defaultWindow, presentPoints, type SeriesPoints } from './series-points.ts';

/** How to search a history. */
export interface ChangePointOptions {
  random: RandomSource;
  /** Largest p of a change (default: 0.001). */
  level?: number | undefined;
  /** Number of relabellings (default: 999, or more if the level needs them, at most 99 999). */
  permutations?: number | undefined;
  /** Minimum number of points on either side of a change, at least 2 (default: 3). The ends of a history are volatile. */
  leastSegment?: number | undefined;
  /** Search only this many of the last points (default: 400). */
  window?: number | undefined;
  gate?: Gate | undefined;
  /** How well the points before and after must be separated, as P(after > before) or its opposite (default: 0.66). */
  separation?: number | undefined;
}

/** A point in a history where the level changed. */
export interface ChangePoint {
  /** Index in the given series of the first point after the change. */
  index: number;
  /** Permutation p of the split, or an upper bound on it. */
  p: number;
  /** The energy statistic of the split. */
  statistic: number;
  /** Medians of the segments before and after. */
  before: number;
  after: number;
  /** P(a point after > a point before), ties half. */
  superiority: number;
  /** Whether the level changed by at least the gate and the segments are separated. Otherwise it is only a hint. */
  counts: boolean;
}

const mostPermutations = 99_999;

/**
 * Change points by E-divisive (Matteson and James 2014, alpha = 1) with seeded permutations: repeatedly the split with
 * the largest energy distance over all segments, until its p exceeds the level. The p allows for the autocorrelation of
 * the noise (see `splitSignificance`); slow drift looks like stairs (see `separateDrift`).
 * @returns change points ascending by index
 */
export function findChangePoints(series: readonly MaybeScalar[], options: ChangePointOptions): ChangePoint[] {
  const points = presentPoints(series, options.window ?? defaultWindow);
  const level = options.level ?? 0.001;
  const needed = Math.min(mostPermutations, Math.ceil(1 / level) - 1);
  const permutations = options.permutations ?? Math.max(999, needed);
  const least = Math.max(2, options.leastSegment ?? 3);
  const found: FoundSplit[] = [];
  let cuts: number[] = [];
  for (;;) {
    const split = bestOverSegments(points.distances, cuts, least);
    if (split === undefined) break;
    const cut = { points: points.distances, cuts, least, split };
    const p = splitSignificance(cut, { random: options.random, level, permutations });
    if (p > level) break;
    found.push({ ...split, p });
    cuts = orderedCuts([...cuts, split.at]);
  }
  return found.sort((a, b) => a.at - b.at).map(split => describeChange(points, cuts, split, options));
}

interface FoundSplit extends Split {
  p: number;
}

function bestOverSegments(
  points: readonly number[],
  cuts: readonly number[],
  least: number,
): Split | undefined {
  let best: Split | undefined;
  for (const segment of segmentsOf(points, cuts)) {
    const split = bestSplit(segment.points, least);
    if (split !== undefined && (best === undefined || split.statistic > best.statistic))
      best = { ...split, at: split.at + segment.from, end: split.end + segment.from };
  }
  return best;
}

function describeChange(
  { indexes, values, distances, scale }: SeriesPoints,
  cuts: readonly number[],
  { at, p, statistic }: FoundSplit,
  options: ChangePointOptions,
): ChangePoint {
  const from = cuts.findLast(cut => cut < at) ?? 0;
  const to = cuts.find(cut => cut > at);
  const earlier = makeSample(values.slice(from, at));
  const later = makeSample(values.slice(at, to));
  const before = summarise(earlier).median as number;
  const after = summarise(later).median as number;
  const superiority = superiorityOf(later, earlier);
  const separated = Math.max(superiority, 1 - superiority) >= (options.separation ?? 0.66);
  const change = Math.abs(after - before);
  const threshold = options.gate ? gateThreshold(options.gate, before) : 0;
  const counts =
    separated &&
    change > 0 &&
    change >= threshold &&
    !isMixture(distances.slice(from, at), distances.slice(at, to));
  return {
    index: indexes[at] as number,
    p,
    statistic: statistic * scale,
    before,
    after,
    superiority,
    counts,
  };
}

/** P(a value of the first sample > a value of the second), ties half. */
function superiorityOf(first: Sample, second: Sample): number {
  const size = first.ordered.length;
  const u = poolRanks(first, second).doubledRankSum / 2 - (size * (size + 1)) / 2;
  return u / (size * second.ordered.length);
}
