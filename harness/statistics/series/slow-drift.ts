import { median } from 'simple-statistics';
import { type Gate, gateThreshold } from '../samples/metric.ts';
import type { MaybeScalar } from '../samples/value.ts';
import { cautiousAutocorrelation, varianceInflation } from './autocorrelation.ts';
import type { ChangePoint } from './change-point.ts';
import { fitLevels, furtherStep, type LevelModel, simplestLevels } from './level-model.ts';
import { orderedCuts } from './segment.ts';
import { defaultWindow, presentPoints, type SeriesPoints } from './series-points.ts';
import { medianSlope, trendTest } from './trend-test.ts';

/** How to distinguish drift from steps. */
export interface DriftOptions {
  /** Time of each point, ascending (default: its index). */
  times?: readonly number[] | undefined;
  /** Largest p of a drift (default: 0.001). */
  level?: number | undefined;
  /** Minimum number of points on either side of a step (default: 3). */
  leastSegment?: number | undefined;
  /** Use only this many of the last points (default: 400). */
  window?: number | undefined;
  gate?: Gate | undefined;
}

/** A level that moves slowly and steadily, apart from any steps. */
export interface SlowDrift {
  /** Indexes in the given series of the first and the last point. */
  first: number;
  last: number;
  /** p of the trend test. */
  p: number;
  /** Change per unit of time. */
  slope: number;
  /** Level at the first point, and the level that drift alone has reached at the last. */
  before: number;
  after: number;
  /** Whether it has moved by at least the gate. Otherwise it is only a hint. */
  counts: boolean;
}

/** The changes of a series: steps, drift, or both. */
export interface LevelChanges {
  steps: ChangePoint[];
  drift: SlowDrift | undefined;
}

/** Minimum number of points for a slow drift. */
const fewestPoints = 20;

/** How much lower the criterion of a model with drift must be: "positive evidence" (Kass and Raftery 1995). */
const evidence = 4;

/**
 * Distinguishes slow drift from steps. A drift causes change points anywhere, and a step causes a trend, so two models of
 * the ranks of the points compete, with and without a common slope between steps. Both start with the steps that were
 * found and the best additional one, and drop steps as long as that improves them. Drift is claimed if the model with
 * slope wins and the trend test between its steps rejects. The steps that this model drops are then not real.
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
  const ranks = midRanks(points.distances);
  const model = driftModel(ranks, places, Math.max(2, options.leastSegment ?? 3));
  if (model === undefined) return none;
  const drift = describeDrift(series, points, { model, ranks }, options);
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

/** The autocorrelation of the residuals of a model. */
function noiseOf(points: readonly number[], { steps, slope }: LevelModel): number {
  const level = points.map((point, index) => point - slope * index);
  return cautiousAutocorrelation(level, steps);
}

function describeDrift(
  series: readonly MaybeScalar[],
  { indexes, values, distances, scale }: SeriesPoints,
  { model, ranks }: { model: LevelModel; ranks: readonly number[] },
  { level = 0.001, times = [...series.keys()], gate }: DriftOptions,
): SlowDrift | undefined {
  const { p } = trendTest(distances, model.steps, noiseOf(ranks, model));
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

/** The rank of each point among all. Ties share their mid-rank. */
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
