// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops, which run for every pair of points; no segment is empty
import { summarise } from '../samples/descriptive.ts';
import type { Gate } from '../samples/metric.ts';
import { gateThreshold } from '../samples/metric.ts';
import { type RandomSource, shuffleInPlace } from '../samples/random-source.ts';
import { makeSample } from '../samples/sample.ts';
import { type MaybeScalar, type Scalar, subtractScalars } from '../samples/value.ts';
import { rankTest } from '../tests/rank-test.ts';

/** How a history is searched. */
export interface ChangePointOptions {
  random: RandomSource;
  /** A split is kept when its permutation p is at most this; 0.001 unless told. */
  level?: number;
  /** Relabellings; 999 unless told. The smallest p is 1 / (1 + permutations). */
  permutations?: number;
  /** Fewest points on either side of a change; 3 unless told: the ends of a history are volatile. */
  leastSegment?: number;
  /** Only the last so many points are searched (distances need their square in memory); 200 unless told. */
  window?: number;
  gate?: Gate;
  /** How well the points before and after must be separated, as P(after > before) or its opposite; 0.8 unless told. */
  separation?: number;
}

/** A place in a history where the level changed. */
export interface ChangePoint {
  /** Index, in the series as given, of the first point after the change. */
  index: number;
  /** Permutation p of the split. */
  p: number;
  /** The energy statistic of the split. */
  statistic: number;
  /** Medians of the segments before and after. */
  before: number;
  after: number;
  /** P(a point after > a point before), ties half. */
  superiority: number;
  /** Whether the change is as large as the gate and the segments are separated; else it is only a hint. */
  counts: boolean;
}

/** A candidate split of a stretch of points. */
export interface Split {
  /** First point of the right part, as an offset into the stretch. */
  at: number;
  /** End of the right part that made the statistic largest. */
  end: number;
  statistic: number;
}

/**
 * Change points by E-divisive (Matteson and James 2014, alpha = 1) with seeded permutations: repeatedly the split with
 * the largest energy distance over all segments, until its p exceeds the level. Gaps (undefined) are left out, never
 * filled forward.
 * @returns change points ascending by index
 */
export function findChangePoints(series: readonly MaybeScalar[], options: ChangePointOptions): ChangePoint[] {
  const present = series
    .map((value, index) => ({ value, index }))
    .filter(
      (point): point is { value: Scalar; index: number } => point.value !== undefined && point.value !== null,
    )
    .slice(-(options.window ?? 200));
  const pivot = present[0]?.value ?? 0;
  const points = present.map(({ value }) => subtractScalars(value, pivot));
  const least = options.leastSegment ?? 3;
  const bounds = [0, points.length];
  const found: { at: number; p: number; statistic: number }[] = [];
  for (;;) {
    const best = bestOverSegments(points, bounds, least);
    if (best === undefined) break;
    const p = splitSignificance(points, bounds, best.statistic, least, options);
    if (p > (options.level ?? 0.001)) break;
    found.push({ at: best.at, p, statistic: best.statistic });
    bounds.push(best.at);
    bounds.sort((a, b) => a - b);
  }
  const values = present.map(({ value }) => value);
  return found
    .sort((a, b) => a.at - b.at)
    .map(change => ({
      ...describeChange(values, bounds, change, options),
      index: present[change.at]!.index,
    }));
}

function bestOverSegments(
  points: readonly number[],
  bounds: readonly number[],
  least: number,
): Split | undefined {
  let best: Split | undefined;
  for (let index = 0; index + 1 < bounds.length; index++) {
    const from = bounds[index]!;
    const split = bestSplit(points.slice(from, bounds[index + 1]!), least);
    if (split && (best === undefined || split.statistic > best.statistic)) {
      best = { ...split, at: split.at + from, end: split.end + from };
    }
  }
  return best;
}

/**
 * The split of a stretch with the largest scaled energy distance mn/(m+n) * E, over every start of the right part and
 * every end of it, so that a change that comes and goes is not masked by what follows.
 */
export function bestSplit(points: readonly number[], least: number): Split | undefined {
  const size = points.length;
  if (size < 2 * least) return undefined;
  const sums = distanceSums(points);
  const within = (from: number, to: number) => sums.block(from, to, from, to) / 2;
  let best: Split | undefined;
  for (let at = least; at + least <= size; at++) {
    const left = (2 * within(0, at)) / (at * (at - 1) || 1);
    for (let end = at + least; end <= size; end++) {
      const right = end - at;
      const between = (2 * sums.block(0, at, at, end)) / (at * right);
      const inside = (2 * within(at, end)) / (right * (right - 1) || 1);
      const statistic = ((at * right) / (at + right)) * (between - left - inside);
      if (best === undefined || statistic > best.statistic) best = { at, end, statistic };
    }
  }
  return best;
}

/** Two-dimensional prefix sums of |x_i - x_j|: the sum over any block of pairs in four look-ups. */
function distanceSums(points: readonly number[]) {
  const width = points.length + 1;
  const sums = new Float64Array(width * width);
  for (let i = 0; i < points.length; i++) {
    let row = 0;
    for (let j = 0; j < points.length; j++) {
      row += Math.abs(points[i]! - points[j]!);
      sums[(i + 1) * width + j + 1] = sums[i * width + j + 1]! + row;
    }
  }
  const at = (i: number, j: number) => sums[i * width + j]!;
  return {
    block: (top: number, bottom: number, left: number, right: number) =>
      at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left),
  };
}

/** Permutes the points inside their segments; stops early once p can no longer reach the level. */
function splitSignificance(
  points: readonly number[],
  bounds: readonly number[],
  observed: number,
  least: number,
  options: ChangePointOptions,
): number {
  const permutations = options.permutations ?? 999;
  const allowed = (options.level ?? 0.001) * (permutations + 1);
  const tolerance = Math.abs(observed) * 1e-12;
  let hits = 0;
  for (let round = 1; round <= permutations; round++) {
    const shuffled = shuffleSegments(points, bounds, options.random);
    const best = bestOverSegments(shuffled, bounds, least);
    if (best && best.statistic >= observed - tolerance) hits++;
    if (hits + 1 > allowed) return (1 + hits) / (1 + round);
  }
  return (1 + hits) / (1 + permutations);
}

function shuffleSegments(
  points: readonly number[],
  bounds: readonly number[],
  random: RandomSource,
): number[] {
  const shuffled: number[] = [];
  for (let index = 0; index + 1 < bounds.length; index++) {
    const segment = points.slice(bounds[index]!, bounds[index + 1]!);
    shuffleInPlace(segment, random);
    shuffled.push(...segment);
  }
  return shuffled;
}

function describeChange(
  values: readonly Scalar[],
  bounds: readonly number[],
  change: { at: number; p: number; statistic: number },
  options: ChangePointOptions,
): ChangePoint {
  const place = bounds.indexOf(change.at);
  const earlier = makeSample(values.slice(bounds[place - 1]!, change.at));
  const later = makeSample(values.slice(change.at, bounds[place + 1]!));
  const before = summarise(earlier).median!;
  const after = summarise(later).median!;
  const superiority = rankTest(later, earlier).u / (later.ordered.length * earlier.ordered.length);
  const threshold = options.gate ? gateThreshold(options.gate, before) : 0;
  const separated = Math.max(superiority, 1 - superiority) >= (options.separation ?? 0.8);
  const counts = separated && Math.abs(after - before) >= threshold;
  return { index: change.at, p: change.p, statistic: change.statistic, before, after, superiority, counts };
}
