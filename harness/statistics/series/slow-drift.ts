import { median } from 'simple-statistics';
import { type Gate, gateThreshold } from '../samples/metric.ts';
import type { MaybeScalar } from '../samples/value.ts';
import { cautiousAutocorrelation, varianceInflation } from './autocorrelation.ts';
import type { ChangePoint } from './change-point.ts';
import { fitLevels, furtherStep, type LevelModel, simplestLevels } from './level-model.ts';
import { orderedCuts } from './segment.ts';
import { defaultWindow, presentPoints, type SeriesPoints } from './series-points.ts';
import { medianSlope, trendTest } from './trend-test.ts';

/** How drift is told from steps. */
export interface DriftOptions {
  /** When each point was made, ascending (default: its index). */
  times?: readonly number[] | undefined;
  /** Largest p of a drift (default: 0.001). */
  level?: number | undefined;
  /** Fewest points on either side of a step (default: 3). */
  leastSegment?: number | undefined;
  /** Only the last so many points are looked at (default: 400). */
  window?: number | undefined;
  gate?: Gate | undefined;
}

/** A level that moves slowly all the time, beside any steps. */
export interface SlowDrift {
  /** Indexes, in the series as given, of the first and the last point. */
  first: number;
  last: number;
  /** P of the trend test. */
  p: number;
  /** Change per unit of time. */
  slope: number;
  /** Level at the first point, and where drift alone has brought it at the last. */
  before: number;
  after: number;
  /** Whether it has gone as far as the gate; else it is only a hint. */
  counts: boolean;
}

/** What a series did: steps, drift, or both. */
export interface LevelChanges {
  steps: ChangePoint[];
  drift: SlowDrift | undefined;
}

/** With fewer points no drift is slow. */
const fewestPoints = 20;

/** By so much must the criterion of a model with drift be lower: "positive evidence" (Kass and Raftery 1995). */
const evidence = 4;

/**
 * Tells slow drift from steps. A drift makes change points wherever one looks, and a step makes a trend, so two models of
 * the ranks of the points compete: the steps that were found and the best further one, each left out if that is better,
 * with a common slope between them and without. Drift is claimed if the model with slope wins and the trend test of what
 * lies between its steps rejects; then those steps that it leaves out were none.
 * @param steps the change points of the series
 */
export function separateDrift(
  series: readonly MaybeScalar[],
  steps: readonly ChangePoint[],
  options: DriftOptions = {},
): LevelChanges {
  const points = presentPoints(series, options.window ?? defaultWindow);
  const none = { steps: [...steps], drift: undefined };
  if (points.distances.length < fewestPoints) return none;
  const places = steps.map(({ index }) => points.indexes.indexOf(index)).filter(place => place > 0);
  const model = driftModel(midRanks(points.distances), places, Math.max(2, options.leastSegment ?? 3));
  if (model === undefined) return none;
  const drift = describeDrift(series, points, model, options);
  if (drift === undefined) return none;
  const kept = new Set(model.steps.map(place => points.indexes[place]));
  return { steps: steps.filter(({ index }) => kept.has(index)), drift };
}

/** The best model with a slope, if it explains the points better than the best one without. */
function driftModel(
  ranks: readonly number[],
  found: readonly number[],
  least: number,
): LevelModel | undefined {
  const further = furtherStep(ranks, found, least);
  const steps = further === undefined ? found : orderedCuts([...found, further]);
  const whole = fitLevels(ranks, steps, { sloped: true, effectiveSize: ranks.length });
  const effectiveSize = ranks.length / varianceInflation(ranks.length, noiseOf(ranks, whole));
  const drifting = simplestLevels(ranks, steps, { sloped: true, effectiveSize });
  const level = simplestLevels(ranks, steps, { sloped: false, effectiveSize });
  return drifting.criterion < level.criterion - evidence ? drifting : undefined;
}

/** The autocorrelation of what a model leaves. */
function noiseOf(points: readonly number[], { steps, slope }: LevelModel): number {
  const level = points.map((point, index) => point - slope * index);
  return cautiousAutocorrelation(level, steps);
}

function describeDrift(
  series: readonly MaybeScalar[],
  { indexes, values, distances, scale }: SeriesPoints,
  model: LevelModel,
  { level = 0.001, times = [...series.keys()], gate }: DriftOptions,
): SlowDrift | undefined {
  const { p } = trendTest(distances, model.steps, noiseOf(midRanks(distances), model));
  const made = indexes.map(index => times[index] as number);
  const slope = medianSlope(distances, made, model.steps);
  if (p > level || slope === undefined) return undefined;
  const [first, last] = [made[0] as number, made[made.length - 1] as number];
  const start = distances
    .slice(0, model.steps[0])
    .map((distance, place) => distance - slope * ((made[place] as number) - first));
  const before = Number(values[0]) + median(start) * scale;
  const change = slope * (last - first) * scale;
  const threshold = gate ? gateThreshold(gate, before) : 0;
  return {
    first: indexes[0] as number,
    last: indexes[indexes.length - 1] as number,
    p,
    slope: slope * scale,
    before,
    after: before + change,
    counts: change !== 0 && Math.abs(change) >= threshold,
  };
}

/** The rank of each point among all, ties sharing the middle of their ranks. */
function midRanks(points: readonly number[]): number[] {
  const ordered = [...points].sort((a, b) => a - b);
  const firstAt = new Map<number, number>();
  const lastAt = new Map<number, number>();
  ordered.forEach((point, index) => {
    if (!firstAt.has(point)) firstAt.set(point, index);
    lastAt.set(point, index);
  });
  return points.map(point => ((firstAt.get(point) as number) + (lastAt.get(point) as number)) / 2 + 1);
}
