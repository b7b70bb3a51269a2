import { canonicalJson } from '../../files/digest.ts';
import { summarise } from '../../statistics/samples/descriptive.ts';
import { groupBy } from '../../statistics/samples/group.ts';
import type { MetricDefinition } from '../../statistics/samples/metric.ts';
import { makeSample } from '../../statistics/samples/sample.ts';
import type { Scalar } from '../../statistics/samples/value.ts';
import { differences, type FactDifference, type Facts } from '../../store/comparison-key.ts';
import type { RunRecord } from '../../store/run-record.ts';
import { metricDefinitions } from '../definition.ts';
import type { Side, SideCell } from '../side.ts';

/** One metric of one cell of one run: a point of a history. */
export interface HistoryPoint {
  run: string;
  startedAt: string;
  /** Median of times, mean of counts, over the boots of the run. */
  centre: number;
  n: number;
  least: Scalar;
  greatest: Scalar;
  /** Identity of the kernel that ran, if the run records it. */
  kernel: string | undefined;
}

/** The points of one metric of one cell that were measured under the same conditions, oldest first. */
export interface HistorySeries {
  cell: string;
  settings: Record<string, string>;
  definition: MetricDefinition;
  facts: Facts;
  points: HistoryPoint[];
  /** Why a new series starts: how its conditions differ from the previous series. */
  beginsAnew: FactDifference[];
}

/** Collects runs, oldest first, and keeps only their points. */
export class SeriesCollector {
  readonly #series = new Map<string, HistorySeries[]>();

  /** Adds a run. Runs must be added in order of their start. */
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

  /** All series. Those of one cell and metric are in order of time. */
  get series(): HistorySeries[] {
    return [...this.#series.values()].flat();
  }

  #addPoint(side: Side, run: RunRecord, cell: SideCell, definition: MetricDefinition): void {
    const summary = summarise(makeSample(cell.values.get(definition.name) ?? []));
    const { n, least, greatest } = summary;
    const centre = definition.class === 'time' ? summary.median : summary.mean;
    if (least === undefined || greatest === undefined || centre === undefined) return;
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
    const point = { run: run.run, startedAt: run.startedAt, centre, n, least, greatest };
    last.points.push({ ...point, kernel: cell.kernel });
  }
}
