import { digestOf } from '../../files/digest.ts';
import { makeRandom } from '../../random.ts';
import { type Gate, gateThreshold, type MetricClass, type Worse } from '../../statistics/samples/metric.ts';
import { findChangePoints } from '../../statistics/series/change-point.ts';
import { type SlowDrift, separateDrift } from '../../statistics/series/slow-drift.ts';
import type { HistoryPoint, HistorySeries } from './history-series.ts';

/** What all events of a series have. */
interface EventBase {
  /** Eight hexadecimal digits. Stable: later runs do not change the ID of a change. */
  id: string;
  cell: string;
  settings: Record<string, string>;
  metric: string;
  class: MetricClass;
  unit: string;
  worse: Worse;
  gate: Gate;
  /** Levels before and after. */
  before: number;
  after: number;
  /** p of the change; undefined for deterministic metrics, where any difference is a change. */
  p: number | undefined;
  direction: 'worse' | 'better' | 'changed';
  /** Whether the kernel differs between the two runs; undefined if it is unknown. */
  kernelChanged: boolean | undefined;
}

/** The level changed from one run to the next. */
export interface StepEvent extends EventBase {
  kind: 'step';
  /** The runs on either side of the change. */
  lastBefore: HistoryPoint;
  firstAfter: HistoryPoint;
}

/** The level moves slowly and steadily. */
export interface DriftEvent extends EventBase {
  kind: 'drift';
  /** The first and the last run of the stretch that was searched. */
  first: HistoryPoint;
  last: HistoryPoint;
  /** Change per day, in the metric's unit. */
  perDay: number;
}

/** A change of level in a series. */
export type HistoryEvent = StepEvent | DriftEvent;

/** How to search the series of a history for events. */
export interface HistorySearch {
  /** Largest p of a step or drift (default: 0.001). */
  level?: number | undefined;
  /** Minimum number of runs on either side of a step (default: 3). */
  leastSegment?: number | undefined;
}

/** Seed of the permutations: the same history gives the same events. */
const seed = 0x68697374;

const millisecondsPerDay = 86_400_000;

/** Searches a series for steps and drift: first a drift, then steps in order of time. Pure and seeded. */
export function findEvents(series: HistorySeries, search: HistorySearch = {}): HistoryEvent[] {
  return series.definition.class === 'deterministic' ? exactEvents(series) : levelEvents(series, search);
}

/** The two runs whose kernels an A/B run of the event compares. */
export function comparedRuns(event: HistoryEvent): { before: HistoryPoint; after: HistoryPoint } {
  return event.kind === 'step'
    ? { before: event.lastBefore, after: event.firstAfter }
    : { before: event.first, after: event.last };
}

function levelEvents(series: HistorySeries, search: HistorySearch): HistoryEvent[] {
  const { points, definition } = series;
  const { gate } = definition;
  const centres = points.map(({ centre }) => centre);
  const found = findChangePoints(centres, { random: makeRandom(seed), gate, ...search });
  const times = points.map(({ startedAt }) => Date.parse(startedAt) / millisecondsPerDay);
  const { steps, drift } = separateDrift(centres, found, { times, gate, ...search });
  return [
    ...(drift?.counts ? [driftEvent(series, drift)] : []),
    ...steps.filter(({ counts }) => counts).map(({ index, ...step }) => stepEvent(series, index, step)),
  ];
}

/** Values that must not vary need no test: any run that differs from the previous one is an event. */
function exactEvents(series: HistorySeries): HistoryEvent[] {
  return series.points.flatMap((point, index) => {
    const earlier = series.points[index - 1];
    if (earlier === undefined) return [];
    const change = Math.abs(point.centre - earlier.centre);
    if (change === 0 || change < gateThreshold(series.definition.gate, earlier.centre)) return [];
    return [stepEvent(series, index, { before: earlier.centre, after: point.centre, p: undefined })];
  });
}

/** The result of a search for a change of level. */
type Level = Pick<EventBase, 'before' | 'after' | 'p'>;

function stepEvent(series: HistorySeries, index: number, level: Level): StepEvent {
  // A change always has a point on either side.
  const lastBefore = series.points[index - 1] as HistoryPoint;
  const firstAfter = series.points[index] as HistoryPoint;
  const id = digestOf([series.settings, series.definition.name, firstAfter.run]).slice(0, 8);
  const base = eventBase(series, level, { before: lastBefore, after: firstAfter });
  return { kind: 'step', id, ...base, lastBefore, firstAfter };
}

/** The ID derives from the first run of the series, because the searched stretch moves on with every run. */
function driftEvent(series: HistorySeries, drift: SlowDrift): DriftEvent {
  const first = series.points[drift.first] as HistoryPoint;
  const last = series.points[drift.last] as HistoryPoint;
  const id = digestOf([series.settings, series.definition.name, 'drift', series.points[0]?.run]).slice(0, 8);
  const base = eventBase(series, drift, { before: first, after: last });
  return { kind: 'drift', id, ...base, first, last, perDay: drift.slope };
}

function eventBase(
  { cell, settings, definition }: HistorySeries,
  { before, after, p }: Level,
  runs: { before: HistoryPoint; after: HistoryPoint },
): Omit<EventBase, 'id'> {
  const { name, class: metricClass, unit, worse, gate } = definition;
  const up = after > before;
  const direction = worse === 'none' ? 'changed' : up === (worse === 'higher') ? 'worse' : 'better';
  const known = runs.before.kernel !== undefined && runs.after.kernel !== undefined;
  return {
    cell,
    settings,
    metric: name,
    class: metricClass,
    unit,
    worse,
    gate,
    before,
    after,
    p,
    direction,
    kernelChanged: known ? runs.before.kernel !== runs.after.kernel : undefined,
  };
}
