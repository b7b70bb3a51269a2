import type { RunContent } from '../../store/run-folder.ts';
import type { RunRecord } from '../../store/run-record.ts';
import type { SummarisedCell } from '../../store/run-summary.ts';
import { judgeRun } from '../judge-run.ts';
import {
  type Confirmation,
  confirmationName,
  confirmationPrefix,
  isRunOf,
  readConfirmation,
} from './confirmation.ts';
import { findEvents, type HistoryEvent, type HistorySearch } from './history-event.ts';
import { type HistorySeries, SeriesCollector } from './history-series.ts';

/** An event, and the result of its newest A/B run. */
export interface JudgedEvent {
  event: HistoryEvent;
  confirmation: Confirmation;
  /** The run that confirmed or refuted it, or could not decide. */
  confirmedBy: string | undefined;
}

/** What the runs of a folder show over time. */
export class RunHistory {
  readonly #collector = new SeriesCollector();
  /** A/B runs by the name of their matrix, newest first. */
  readonly #confirmations = new Map<string, RunContent[]>();
  /** Name of the newest run that is a point of the series; undefined if there is none yet. */
  newest: string | undefined;
  /** Number of runs that are points of the series. */
  runs = 0;

  /** Adds a run that is a point of the series. Runs must be added in order of their start. */
  addPoint(run: RunRecord, cells: readonly SummarisedCell[]): void {
    this.#collector.add(run, cells);
    this.newest = run.run;
    this.runs++;
  }

  /** Adds an A/B run of an event, also in order of the start. */
  addConfirmation(content: RunContent): void {
    const { name } = content.run.matrix;
    this.#confirmations.set(name, [content, ...(this.#confirmations.get(name) ?? [])]);
  }

  /** All series. Those of one cell and metric are in order of time. */
  get series(): HistorySeries[] {
    return this.#collector.series;
  }

  /** The events of all series, each with the newest A/B run of it. */
  events(search: HistorySearch = {}): JudgedEvent[] {
    return this.series.flatMap(series => findEvents(series, search).map(event => this.#judge(event, series)));
  }

  #judge(event: HistoryEvent, series: HistorySeries): JudgedEvent {
    for (const content of this.#confirmations.get(confirmationName(event)) ?? []) {
      const comparison = isRunOf(event, content.run, series) ? judgeRun(content, { force: true }) : undefined;
      if (comparison === undefined) continue;
      const confirmation = readConfirmation(event, comparison.judgement);
      return { event, confirmation, confirmedBy: content.run.run };
    }
    return { event, confirmation: 'unconfirmed', confirmedBy: undefined };
  }
}

/**
 * What a run is to a history. A calibration is nothing to it: it does not show the level. Nor is a shard: the run that it is
 * merged into is the point.
 */
export function roleInHistory({ matrix, calibration, shard }: RunRecord): 'point' | 'confirmation' | 'none' {
  if (shard !== undefined && shard.count > 1) return 'none';
  if (matrix.name.startsWith(confirmationPrefix)) return 'confirmation';
  return calibration === undefined ? 'point' : 'none';
}

/** Whether an event counts as a regression: it is for the worse and an A/B run confirms it. */
export function isRegression({ event, confirmation }: JudgedEvent): boolean {
  return confirmation === 'confirmed' && event.direction === 'worse';
}
