import type { RunContent } from '../../store/run-folder.ts';
import { judgeRun } from '../judge-run.ts';
import type { Side } from '../side.ts';
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
  /** The newest run that is a point of the series; undefined if there is none yet. */
  newest: Side | undefined;
  /** Number of runs that are points of the series. */
  runs = 0;

  /** Adds a run. Runs must be added in order of their start. Calibrations are ignored: they do not show the level. */
  add(side: Side, content: RunContent): void {
    const { matrix, calibration } = content.run;
    if (matrix.name.startsWith(confirmationPrefix)) {
      this.#confirmations.set(matrix.name, [content, ...(this.#confirmations.get(matrix.name) ?? [])]);
    } else if (calibration === undefined) {
      this.#collector.add(side, content.run);
      this.newest = side;
      this.runs++;
    }
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

/** Whether an event counts as a regression: it is for the worse and an A/B run confirms it. */
export function isRegression({ event, confirmation }: JudgedEvent): boolean {
  return confirmation === 'confirmed' && event.direction === 'worse';
}
