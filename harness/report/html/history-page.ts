import { scalePoint } from 'd3-scale';
import type { HistoryEvent } from '../../judgement/history/history-event.ts';
import type { HistorySeries } from '../../judgement/history/history-series.ts';
import { formatQuantity } from '../../judgement/quantity.ts';
import type { MetricUnit } from '../../measurement/metric.ts';
import { type HistoryReport, renderHistory } from '../history.ts';
import { across, linePlot } from './line-plot.ts';
import { fold, html, section } from './markup.ts';
import { htmlPage } from './page.ts';
import { download } from './raw-data.ts';

/** A history as a page: the events, then the nights of each series as a line, those with an event first. */
export function historyPage(report: HistoryReport): string {
  const { series, events, folder } = report;
  const own = series.map(one => ({
    series: one,
    events: events.filter(({ event }) => isOf(event, one)),
  }));
  const changed = own.filter(one => one.events.length > 0);
  const steady = own.filter(one => one.events.length === 0);
  return htmlPage(`modstorm: history of ${folder}`, [
    `<pre>${html(renderHistory(report))}</pre>`,
    section('Levels that changed', changed.map(plotOf)),
    steady.length === 0
      ? ''
      : section('No change of level', [
          fold(`${steady.length} series`, `<div class="plots">${steady.map(plotOf).join('\n')}</div>`),
        ]),
    series.length === 0 ? '<p>No run measured anything.</p>' : '',
    download({ version: 1, folder, series: series.map(pointsOf) }, 'history.json', 'every point'),
  ]);
}

/** Whether an event was found in a series: conditions may change, and a metric has several series then. */
function isOf(event: HistoryEvent, { cell, definition, points }: HistorySeries): boolean {
  const point = event.kind === 'step' ? event.firstAfter : event.first;
  return event.cell === cell && event.metric === definition.name && points.includes(point);
}

function pointsOf({ cell, settings, definition, points }: HistorySeries): unknown {
  return { cell, settings, metric: definition.name, unit: definition.unit, points };
}

function plotOf({ series, events }: { series: HistorySeries; events: HistoryReport['events'] }): string {
  const { cell, definition, points } = series;
  const nights = scalePoint(
    points.map(({ run }) => run),
    across,
  );
  const place = (run: string) => nights(run) ?? across[0];
  const plot = linePlot({
    name: `${definition.name} of ${cell} over ${points.length} runs`,
    unit: definition.unit as MetricUnit,
    lines: [
      {
        side: 'base',
        points: points.map(({ run, centre, least, greatest, n }) => ({
          x: place(run),
          middle: centre,
          low: Number(least),
          high: Number(greatest),
          title: `${run}: ${formatQuantity(centre, definition.unit)} (n=${n})`,
        })),
      },
    ],
    ticks: datesOf(series).map(({ run, date }) => ({ x: place(run), text: date })),
    marks: events.flatMap(({ event, confirmation }) =>
      event.kind === 'step'
        ? [{ x: place(event.firstAfter.run), text: `${event.id} ${event.direction}, ${confirmation}` }]
        : [],
    ),
  });
  return `<div><h3>${html(`${definition.name}: ${cell}`, 300)}</h3>${plot}</div>`;
}

/** The nights whose dates stand below a plot: the first, one in the middle, the last. */
function datesOf({ points }: HistorySeries): { run: string; date: string }[] {
  const places = [0, Math.floor((points.length - 1) / 2), points.length - 1];
  return [...new Set(places)].flatMap(index => {
    const point = points[index];
    return point ? [{ run: point.run, date: point.startedAt.slice(0, 10) }] : [];
  });
}
