import { confirmingCommand, type HistoryReport, type PinnedComparison } from './history.ts';
import { changedHeadlines } from './shown-metrics.ts';

/** A history as one JSON document, `"version": 1`. */
export function renderHistoryJson(report: HistoryReport): string {
  const document = {
    version: 1,
    folder: report.folder,
    runs: report.runs,
    events: report.events.map(judged => ({
      ...judged.event,
      confirmation: judged.confirmation,
      confirmedBy: judged.confirmedBy,
      command: confirmingCommand(judged, report.folder),
    })),
    series: report.series.map(({ cell, settings, definition, facts, points, beginsAnew }) => ({
      cell,
      settings,
      metric: definition.name,
      unit: definition.unit,
      facts,
      beginsAnew,
      points,
    })),
    skipped: report.skipped,
    pinned: report.pinned && pinnedDocument(report.pinned),
  };
  return `${JSON.stringify(document, (_, value) => (typeof value === 'bigint' ? value.toString() : value), 2)}\n`;
}

function pinnedDocument({ name, newest, comparison, refused }: PinnedComparison): unknown {
  const changed =
    comparison &&
    changedHeadlines(comparison).map(({ pair, metric: { definition, result, sentence } }) => ({
      pair: pair.name,
      metric: definition.name,
      verdict: result.verdict,
      adjusted: result.adjusted,
      sentence,
    }));
  return { name, newest, changed, refused };
}
