import { escapeText } from '../escape.ts';
import type { Confirmation } from '../judgement/confirmation.ts';
import type { HistoryEvent, HistoryPoint, HistorySeries } from '../judgement/history.ts';
import type { RunComparison } from '../judgement/judgement.ts';
import { formatQuantity } from '../judgement/quantity.ts';
import { formatPercent, nameP } from '../statistics/verdicts/format.ts';
import { plural } from '../units.ts';

/** An event with what is known of it. */
export interface ReportedEvent {
  event: HistoryEvent;
  confirmation: Confirmation;
  /** Run that confirmed or refuted it. */
  confirmedBy?: string;
  /** The command that leads to its A/B run; absent where no such run can tell. */
  command?: string;
}

/** What a history shows. */
export interface HistoryReport {
  folder: string;
  runs: number;
  series: HistorySeries[];
  events: ReportedEvent[];
  /** Runs that could not be read, with the reason. */
  skipped: { run: string; reason: string }[];
  /** The newest run against a pinned one, or why that cannot be done. */
  pinned?: { name: string; newest: string; comparison?: RunComparison; refused?: string };
}

/** A history for people: events, each with its state and the command that leads on, then the drift from the pin. */
export function renderHistory(report: HistoryReport): string {
  const { series, events, runs } = report;
  const longest = Math.max(0, ...series.map(({ points }) => points.length));
  const blocks = [
    [
      `${escapeText(report.folder)}: ${plural(runs, 'run')}, ${plural(series.length, 'series', 'series')}, the longest of ${plural(longest, 'run')}`,
      ...freshLines(series),
    ],
    ...events.map(eventLines),
    events.length === 0
      ? [`no change of level${longest < 7 ? ': too few runs under like conditions to find any' : ''}`]
      : [],
    pinLines(report),
    report.skipped.map(
      ({ run, reason }) => `skipped ${escapeText(run)}: ${escapeText(reason, { length: 300 })}`,
    ),
    [summaryLine(events)],
  ];
  return `${blocks
    .filter(block => block.length > 0)
    .map(block => block.join('\n'))
    .join('\n\n')}\n`;
}

/** Where conditions changed, the history of those cells begins anew: told once per change, not once per series. */
function freshLines(series: readonly HistorySeries[]): string[] {
  const breaks = new Map<string, number>();
  for (const { beginsAnew, points } of series) {
    const [first] = points;
    if (first === undefined || beginsAnew.length === 0) continue;
    const what = beginsAnew.map(
      ({ fact, base, new: next }) => `${fact} ${base ?? 'unknown'} -> ${next ?? 'unknown'}`,
    );
    const key = `from ${first.run} on: ${what.join(', ')}`;
    breaks.set(key, (breaks.get(key) ?? 0) + 1);
  }
  return [...breaks].map(
    ([what, number]) =>
      `  ${plural(number, 'series begins', 'series begin')} anew ${escapeText(what, { length: 300 })}`,
  );
}

function eventLines({ event, confirmation, confirmedBy, command }: ReportedEvent): string[] {
  const value = (number: number) => formatQuantity(number, event.unit);
  const change =
    event.before === 0 ? '' : ` (${formatPercent((event.after - event.before) / Math.abs(event.before))})`;
  const p = event.p === undefined ? 'exact' : nameP(event.p);
  const runOf = (point: HistoryPoint) => `${escapeText(point.run)} (n=${point.n})`;
  return [
    `${event.id}  ${confirmation.toUpperCase()}  ${event.direction}: ${escapeText(event.metric)} of ${escapeText(event.cell, { length: 200 })}`,
    `  ${value(event.before)} -> ${value(event.after)}${change}, ${p}`,
    `  between ${runOf(event.lastBefore)} and ${runOf(event.firstAfter)}`,
    ...(event.kernelChanged === false
      ? ['  the kernel is the same in both, byte for byte: look at the host and the userland']
      : []),
    ...(confirmedBy === undefined ? [] : [`  by ${escapeText(confirmedBy)}`]),
    ...(command === undefined ? [] : [`  next: ${command}`]),
  ];
}

function pinLines({ pinned }: HistoryReport): string[] {
  if (pinned === undefined) return [];
  const head = `drift of ${escapeText(pinned.newest)} from ${escapeText(pinned.name)}:`;
  if (pinned.comparison === undefined)
    return [`${head} ${escapeText(pinned.refused ?? '', { length: 500 })}`];
  const changed = pinned.comparison.judgement.pairs.flatMap(({ pair, metrics }) =>
    metrics
      .filter(({ definition, result }) => definition.headline && result.changed)
      .map(({ sentence }) => `  ${escapeText(pair.name, { length: 200 })}: ${sentence}`),
  );
  if (changed.length === 0) return [`${head} none proved`];
  return [head, ...changed, '  measured on different days: an A/B run of both kernels decides'];
}

function summaryLine(events: readonly ReportedEvent[]): string {
  const confirmed = events.filter(({ confirmation }) => confirmation === 'confirmed').length;
  const unconfirmed = events.filter(({ confirmation }) => confirmation === 'unconfirmed').length;
  return `${plural(events.length, 'event')}: ${confirmed} confirmed, ${unconfirmed} unconfirmed; only confirmed ones count`;
}

/** A history as one JSON document, `"version": 1`. */
export function renderHistoryJson(report: HistoryReport): string {
  const document = {
    version: 1,
    folder: report.folder,
    runs: report.runs,
    events: report.events.map(({ event, ...state }) => ({ ...event, ...state })),
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

function pinnedDocument({
  name,
  newest,
  comparison,
  refused,
}: NonNullable<HistoryReport['pinned']>): unknown {
  const changed = comparison?.judgement.pairs.flatMap(({ pair, metrics }) =>
    metrics
      .filter(({ definition, result }) => definition.headline && result.changed)
      .map(({ definition, result, sentence }) => ({
        pair: pair.name,
        metric: definition.name,
        verdict: result.verdict,
        adjusted: result.adjusted,
        sentence,
      })),
  );
  return { name, newest, changed, refused };
}
