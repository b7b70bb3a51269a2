import { canonicalJson } from '../../files/digest.ts';
import { groupBy } from '../../statistics/samples/group.ts';
import type { MetricDefinition } from '../../statistics/samples/metric.ts';
import type { Scalar } from '../../statistics/samples/value.ts';
import { differences, type FactDifference, type Facts, runFacts } from '../../store/comparison-key.ts';
import type { RunRecord } from '../../store/run-record.ts';
import type { SummarisedCell } from '../../store/run-summary.ts';
import { readStored } from '../../store/sample.ts';
import { metricDefinitions } from '../definition.ts';

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
  add(run: RunRecord, summarised: readonly SummarisedCell[]): void {
    const measured = new Set(summarised.flatMap(({ levels }) => Object.keys(levels)));
    for (const [design, cells] of groupBy(summarised, cell => cell.design)) {
      const definitions = metricDefinitions({
        workloadMetrics: run.workloadMetrics ?? {},
        gates: run.matrix.gates,
        emulated: run.accelerator.accelerator === 'tcg',
        design,
        measured,
      }).filter(({ headline }) => headline);
      for (const cell of cells) {
        if (cell.facts === undefined) continue;
        // Once for all metrics of the cell: a year has millions of points.
        const place = { key: canonicalJson(cell.settings), facts: { ...runFacts(run), ...cell.facts } };
        for (const definition of definitions) this.#addPoint(run, cell, definition, place);
      }
    }
  }

  /** All series. Those of one cell and metric are in order of time. */
  get series(): HistorySeries[] {
    return [...this.#series.values()].flat();
  }

  #addPoint(
    run: RunRecord,
    cell: SummarisedCell,
    definition: MetricDefinition,
    { key: settings, facts }: { key: string; facts: Facts },
  ): void {
    const level = Object.hasOwn(cell.levels, definition.name) ? cell.levels[definition.name] : undefined;
    if (level === undefined) return;
    const key = `${definition.name} ${settings}`;
    const list = this.#series.get(key) ?? [];
    let last = list.at(-1);
    const beginsAnew = last === undefined ? [] : differences(last.facts, facts);
    if (last === undefined || beginsAnew.length > 0) {
      last = { cell: cell.label, settings: cell.settings, definition, facts, points: [], beginsAnew };
      list.push(last);
      this.#series.set(key, list);
    }
    last.points.push({
      run: run.run,
      startedAt: run.startedAt,
      centre: definition.class === 'time' ? level.median : level.mean,
      n: level.n,
      least: readStored(level.least),
      greatest: readStored(level.greatest),
      kernel: cell.kernel,
    });
  }
}
