import { canonicalJson, digestOf } from '../files/digest.ts';
import { makeRandom } from '../random.ts';
import { summarise } from '../statistics/samples/descriptive.ts';
import { groupBy } from '../statistics/samples/group.ts';
import {
  type Gate,
  gateThreshold,
  type MetricClass,
  type MetricDefinition,
  type Worse,
} from '../statistics/samples/metric.ts';
import { makeSample } from '../statistics/samples/sample.ts';
import type { Scalar } from '../statistics/samples/value.ts';
import { findChangePoints } from '../statistics/series/change-point.ts';
import { differences, type FactDifference, type Facts } from '../store/comparison-key.ts';
import type { RunRecord } from '../store/run-record.ts';
import { metricDefinitions } from './definition.ts';
import type { Side, SideCell } from './side.ts';

/** One metric of one cell of one run: a point of a history. */
export interface HistoryPoint {
  run: string;
  startedAt: string;
  /** Median of times, mean of counts, over the boots of the run. */
  centre: number;
  n: number;
  least: Scalar;
  greatest: Scalar;
  /** Identity of the kernel that ran, if the run tells it. */
  kernel: string | undefined;
}

/** The points of one metric of one cell that were made under like conditions, oldest first. */
export interface HistorySeries {
  cell: string;
  settings: Record<string, string>;
  definition: MetricDefinition;
  facts: Facts;
  points: HistoryPoint[];
  /** Why it begins anew: in what its conditions differ from the series before it. */
  beginsAnew: FactDifference[];
}

/** A change of level in a series. */
export interface HistoryEvent {
  /** Eight hexadecimal digits; the same for the same change, whatever runs come later. */
  id: string;
  cell: string;
  settings: Record<string, string>;
  metric: string;
  class: MetricClass;
  unit: string;
  worse: Worse;
  gate: Gate;
  /** The runs on either side of the change. */
  lastBefore: HistoryPoint;
  firstAfter: HistoryPoint;
  /** Levels of the segments. */
  before: number;
  after: number;
  /** Permutation p of the split; undefined for deterministic metrics, where any change is one. */
  p: number | undefined;
  direction: 'worse' | 'better' | 'changed';
  /** Whether the kernel differs between the two runs; undefined when they do not tell. */
  kernelChanged: boolean | undefined;
}

/** How a history is searched. */
export interface HistorySearch {
  /** Level of each split; 0.001 unless told. */
  level?: number;
  /** Fewest runs on either side of a change; 3 unless told. */
  leastSegment?: number;
}

/** Seed of the permutations: the same history gives the same events. */
const seed = 0x68697374;

/** Collects runs, oldest first, and keeps of each no more than its points. */
export class HistoryCollector {
  readonly #series = new Map<string, HistorySeries[]>();

  /** Adds a run; each must have begun after those before it. */
  add(side: Side, run: RunRecord): void {
    const measured = new Set(side.cells.flatMap(cell => [...cell.values.keys()]));
    for (const [design, cells] of groupBy(side.cells, cell => cell.design)) {
      const definitions = metricDefinitions({
        workloadMetrics: side.workloadMetrics,
        gates: side.gates,
        emulated: side.facts?.['accelerator'] === 'tcg',
        design,
        measured,
      }).filter(({ headline }) => headline);
      const told = cells.filter(({ facts }) => facts !== undefined);
      for (const cell of told)
        for (const definition of definitions) this.#addPoint(side, run, cell, definition);
    }
  }

  /** All series, those of one cell and metric in order of time. */
  get series(): HistorySeries[] {
    return [...this.#series.values()].flat();
  }

  #addPoint(side: Side, run: RunRecord, cell: SideCell, definition: MetricDefinition): void {
    const summary = summarise(makeSample(cell.values.get(definition.name) ?? []));
    const { n, least, greatest } = summary;
    if (n === 0 || least === undefined || greatest === undefined) return;
    const key = canonicalJson([cell.settings, definition.name]);
    const list = this.#series.get(key) ?? [];
    const facts = { ...side.facts, ...cell.facts };
    let last = list.at(-1);
    const beginsAnew = last === undefined ? [] : differences(last.facts, facts);
    if (last === undefined || beginsAnew.length > 0) {
      last = { cell: cell.label, settings: cell.settings, definition, facts, points: [], beginsAnew };
      list.push(last);
      this.#series.set(key, list);
    }
    const centre = (definition.class === 'time' ? summary.median : summary.mean)!;
    const point = { run: run.run, startedAt: run.startedAt, centre, n, least, greatest };
    last.points.push({ ...point, kernel: cell.kernel });
  }
}

/** Searches every series for changes of level. Pure and seeded. */
export function findEvents(series: readonly HistorySeries[], options: HistorySearch = {}): HistoryEvent[] {
  return series.flatMap(one =>
    one.definition.class === 'deterministic' ? exactEvents(one) : levelEvents(one, options),
  );
}

function levelEvents(series: HistorySeries, options: HistorySearch): HistoryEvent[] {
  const { points, definition } = series;
  const changes = findChangePoints(
    points.map(({ centre }) => centre),
    { random: makeRandom(seed), gate: definition.gate, ...options },
  );
  return changes
    .filter(({ counts }) => counts)
    .map(({ index, p, before, after }) => makeEvent(series, index, { before, after, p }));
}

/** What must not vary needs no test: any run that differs from the one before it is an event. */
function exactEvents(series: HistorySeries): HistoryEvent[] {
  return series.points.flatMap((point, index) => {
    const earlier = series.points[index - 1];
    if (earlier === undefined) return [];
    const change = Math.abs(point.centre - earlier.centre);
    if (change === 0 || change < gateThreshold(series.definition.gate, earlier.centre)) return [];
    return [makeEvent(series, index, { before: earlier.centre, after: point.centre, p: undefined })];
  });
}

function makeEvent(
  { cell, settings, definition, points }: HistorySeries,
  index: number,
  level: Pick<HistoryEvent, 'before' | 'after' | 'p'>,
): HistoryEvent {
  const { name, class: kind, unit, worse, gate } = definition;
  const [lastBefore, firstAfter] = [points[index - 1]!, points[index]!];
  const up = level.after > level.before;
  const direction = worse === 'none' ? 'changed' : up === (worse === 'higher') ? 'worse' : 'better';
  const known = lastBefore.kernel !== undefined && firstAfter.kernel !== undefined;
  return {
    id: digestOf([settings, name, firstAfter.run]).slice(0, 8),
    cell,
    settings,
    metric: name,
    class: kind,
    unit,
    worse,
    gate,
    lastBefore,
    firstAfter,
    ...level,
    direction,
    kernelChanged: known ? lastBefore.kernel !== firstAfter.kernel : undefined,
  };
}
