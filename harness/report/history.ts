import { escapeText } from '../escape.ts';
import type { DriftEvent, StepEvent } from '../judgement/history/history-event.ts';
import type { HistoryPoint, HistorySeries } from '../judgement/history/history-series.ts';
import type { JudgedEvent } from '../judgement/history/run-history.ts';
import type { RunComparison } from '../judgement/judgement.ts';
import { formatQuantity } from '../judgement/quantity.ts';
import { ownCommand } from '../project.ts';
import { shellQuote } from '../shell-quote.ts';
import { formatPercent, nameP } from '../statistics/verdicts/format.ts';
import { plural } from '../units.ts';
import { changedHeadlines } from './shown-metrics.ts';
import { blockText } from './text/blocks.ts';

/** The input of the history report. */
export interface HistoryReport {
  /** The folder as the user would type it. */
  folder: string;
  runs: number;
  series: HistorySeries[];
  events: JudgedEvent[];
  /** Runs that could not be read, with the reason. */
  skipped: { run: string; reason: string }[];
  /** The newest run against a pinned one, or why they cannot be compared. */
  pinned?: PinnedComparison | undefined;
}

/** The newest run against a pinned one. */
export interface PinnedComparison {
  name: string;
  newest: string;
  comparison?: RunComparison | undefined;
  /** Why the two cannot be compared. */
  refused?: string | undefined;
}

/** A history as text: events, each with its state and the next command, then the drift from the pinned run. */
export function renderHistory(report: HistoryReport): string {
  const { series, events, runs } = report;
  const longest = Math.max(0, ...series.map(({ points }) => points.length));
  const blocks = [
    [
      `${escapeText(report.folder)}: ${plural(runs, 'run')}, ${plural(series.length, 'series', 'series')}, the longest of ${plural(longest, 'run')}`,
      ...freshLines(series),
    ],
    ...events.map(event => eventLines(event, report.folder)),
    events.length === 0
      ? [`no change of level${longest < 7 ? ': too few runs under the same conditions to find any' : ''}`]
      : [],
    pinLines(report),
    report.skipped.map(
      ({ run, reason }) => `skipped ${escapeText(run)}: ${escapeText(reason, { length: 300 })}`,
    ),
    [summaryLine(events)],
  ];
  return blockText(blocks);
}

/** Changes of conditions, after which the history of those cells starts again. One entry per change, not per series. */
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
      `  ${plural(number, 'series starts', 'series start')} again ${escapeText(what, { length: 300 })}`,
  );
}

function eventLines(judged: JudgedEvent, folder: string): string[] {
  const { event, confirmation, confirmedBy } = judged;
  const what = event.kind === 'drift' ? `drift of ${event.metric}` : event.metric;
  const command = confirmingCommand(judged, folder);
  return [
    `${event.id}  ${confirmation.toUpperCase()}  ${event.direction}: ${escapeText(what)} of ${escapeText(event.cell, { length: 200 })}`,
    ...(event.kind === 'drift' ? driftLines(event) : stepLines(event)),
    ...(event.kernelChanged === false
      ? ['  the kernel is identical in both, byte for byte: look at the host and the userland']
      : []),
    ...(confirmedBy === undefined ? [] : [`  by ${escapeText(confirmedBy)}`]),
    ...(command === undefined ? [] : [`  next: ${command}`]),
  ];
}

/** The command that sets up the A/B run of an event; undefined if there already is one, or none would help. */
export function confirmingCommand({ event, confirmedBy }: JudgedEvent, folder: string): string | undefined {
  if (confirmedBy !== undefined || event.kernelChanged === false) return undefined;
  return shellQuote([...ownCommand, 'history', folder, '--confirm', event.id]);
}

function stepLines({ before, after, p, unit, lastBefore, firstAfter }: StepEvent): string[] {
  const change = before === 0 ? '' : ` (${formatPercent((after - before) / Math.abs(before))})`;
  return [
    `  ${formatQuantity(before, unit)} -> ${formatQuantity(after, unit)}${change}, ${p === undefined ? 'exact' : nameP(p)}`,
    `  between ${nameRun(lastBefore)} and ${nameRun(firstAfter)}`,
  ];
}

function driftLines({ before, after, p, unit, perDay, first, last }: DriftEvent): string[] {
  const inHundred = 100 * perDay;
  const rate =
    before === 0
      ? `${inHundred > 0 ? '+' : '-'}${formatQuantity(Math.abs(inHundred), unit)}`
      : formatPercent(inHundred / Math.abs(before));
  return [
    `  drifts: ${rate} per 100 nights since ${escapeText(first.run)}, ${p === undefined ? 'exact' : nameP(p)}`,
    `  ${formatQuantity(before, unit)} -> ${formatQuantity(after, unit)}, from ${nameRun(first)} to ${nameRun(last)}`,
  ];
}

function nameRun({ run, n }: HistoryPoint): string {
  return `${escapeText(run)} (n=${n})`;
}

function pinLines({ pinned }: HistoryReport): string[] {
  if (pinned === undefined) return [];
  const head = `drift of ${escapeText(pinned.newest)} from ${escapeText(pinned.name)}:`;
  if (pinned.comparison === undefined)
    return [`${head} ${escapeText(pinned.refused ?? '', { length: 500 })}`];
  const changed = changedHeadlines(pinned.comparison).map(
    ({ pair, metric }) => `  ${escapeText(pair.name, { length: 200 })}: ${metric.sentence}`,
  );
  if (changed.length === 0) return [`${head} none proved`];
  return [head, ...changed, '  measured on different days: an A/B run of both kernels decides'];
}

function summaryLine(events: readonly JudgedEvent[]): string {
  const confirmed = events.filter(({ confirmation }) => confirmation === 'confirmed').length;
  const unconfirmed = events.filter(({ confirmation }) => confirmation === 'unconfirmed').length;
  return `${plural(events.length, 'event')}: ${confirmed} confirmed, ${unconfirmed} unconfirmed; only confirmed ones count`;
}
