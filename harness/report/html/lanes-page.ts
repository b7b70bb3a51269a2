import { scaleLinear } from 'd3-scale';
import { type Attempt, type AttemptOutcome, outcomeText, timeSpan } from '../../measurement/trace/attempt.ts';
import { requesterName } from '../../measurement/trace/requester.ts';
import { formatDuration, plural } from '../../units.ts';
import { html, section, table, wordHead } from './markup.ts';
import { htmlPage } from './page.ts';

/** The colour of each outcome (harness/report/html/style.ts). */
const colours: Readonly<Record<AttemptOutcome, string>> = {
  loaded: 'p5',
  merged: 'p3',
  'duplicate-early': 'p4',
  'duplicate-late': 'p6',
  'init-failed': 'p2',
  refused: 'p2',
  unfinished: 'p1',
};

const mostLanes = 300;
const laneHeight = 16;
const axisHeight = 20;
const tickCount = 6;

/** One task with its calls. */
interface Lane {
  pid: number;
  calls: Attempt[];
}

/** Every call that loaded one module as a bar in the lane of its task, and below as a table. */
export function lanesPage(module: string, attempts: readonly Attempt[]): string {
  const lanes = lanesOf(attempts);
  const shown = lanes.slice(0, mostLanes);
  const rest = lanes.length - shown.length;
  const used = [...new Set(attempts.map(({ outcome }) => outcome))];
  return htmlPage(`modstorm: loads of ${module}`, [
    section(`${plural(attempts.length, 'call')} by ${plural(lanes.length, 'task')}`, [
      `<p class="legend">${used.map(outcome => `<span class="key ${colours[outcome]}"></span>${outcome}`).join('')}</p>`,
      drawing(module, shown),
      ...(rest > 0 ? [`<p>and ${plural(rest, 'task')} more</p>`] : []),
    ]),
    section('The calls', [callTable(module, attempts)]),
  ]);
}

function lanesOf(attempts: readonly Attempt[]): Lane[] {
  const lanes = new Map<number, Lane>();
  for (const attempt of attempts) {
    const lane = lanes.get(attempt.pid) ?? { pid: attempt.pid, calls: [] };
    lane.calls.push(attempt);
    lanes.set(attempt.pid, lane);
  }
  return [...lanes.values()];
}

function drawing(module: string, lanes: readonly Lane[]): string {
  const { firstNs: first, lastNs: last } = timeSpan(lanes.flatMap(lane => lane.calls));
  const scale = scaleLinear([0, Math.max(1, last - first)], [0, 96]);
  const height = lanes.length * laneHeight;
  const grid = scale.ticks(tickCount).map(ns => {
    const place = percent(scale(ns));
    return `<line class="grid" x1="${place}" x2="${place}" y1="0" y2="${height}"/><text x="${place}" y="${height + 14}">${html(formatDuration(ns))}</text>`;
  });
  const bars = lanes.flatMap((lane, row) =>
    lane.calls.map(call => {
      const from = scale(call.startNs - first);
      const width = Math.max(0.2, scale(call.startNs + call.durationNs - first) - from);
      return `<rect class="${colours[call.outcome]}" x="${percent(from)}" width="${percent(width)}" y="${row * laneHeight + 2}" height="${laneHeight - 4}"><title>${html(describe(call), 300)}</title></rect>`;
    }),
  );
  const name = `calls that loaded ${module} over time, one row for each task`;
  return `<figure><svg height="${height + axisHeight}" role="img" aria-label="${html(name, 200)}">${grid.join('')}${bars.join('')}</svg></figure>`;
}

function describe(call: Attempt): string {
  const { pid, durationNs, requester } = call;
  return `task ${pid}, ${requesterName(requester)}: ${outcomeText(call)} after ${formatDuration(durationNs)}`;
}

function callTable(module: string, attempts: readonly Attempt[]): string {
  const first = attempts[0]?.startNs ?? 0;
  const rows = attempts
    .slice(0, mostLanes)
    .map(call => [
      String(call.pid),
      html(formatDuration(call.startNs - first)),
      html(formatDuration(call.durationNs)),
      `<td class="text">${html(outcomeText(call))}</td>`,
      `<td class="text">${html(requesterName(call.requester), 300)}</td>`,
    ]);
  const heads = ['task', 'start', 'length', wordHead('outcome'), wordHead('who')];
  return table(`calls that loaded ${module}`, heads, rows);
}

function percent(place: number): string {
  return `${Number(place.toFixed(3))}%`;
}
