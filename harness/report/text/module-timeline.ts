import { escapeText } from '../../escape.ts';
import { type Attempt, type AttemptOutcome, outcomeText, timeSpan } from '../../measurement/trace/attempt.ts';
import { requesterName } from '../../measurement/trace/requester.ts';
import { formatDuration, plural } from '../../units.ts';
import { type Column, renderTable } from './table.ts';

/** How a bar is drawn: who won, who waited, who failed. */
const signs: Readonly<Record<AttemptOutcome, string>> = {
  loaded: '#',
  merged: '.',
  'duplicate-early': 'x',
  'duplicate-late': 'X',
  'init-failed': '!',
  refused: '!',
  unfinished: '?',
};

const columns: readonly Column[] = [
  { head: ['start'], align: 'right' },
  { head: ['length'], align: 'right' },
  { head: ['outcome'], align: 'left' },
  { head: ['pid'], align: 'right' },
  { head: ['who'], align: 'left' },
  { head: ['time'], align: 'left' },
];

const mostRows = 60;
const barWidth = 40;
const longestName = 40;

/** Every call that loaded one module, as a bar on one scale of time, in the order in which they began. */
export function moduleTimeline(module: string, attempts: readonly Attempt[]): string[] {
  const { firstNs: first, lastNs: last } = timeSpan(attempts);
  const rows = attempts
    .slice(0, mostRows)
    .map(attempt => [
      formatDuration(attempt.startNs - first),
      formatDuration(attempt.durationNs),
      outcomeText(attempt),
      String(attempt.pid),
      escapeText(requesterName(attempt.requester), { length: longestName }),
      bar(attempt, first, last - first),
    ]);
  const rest = attempts.length - mostRows;
  return [
    `${escapeText(module, { length: 60 })}: ${plural(attempts.length, 'call')} within ${formatDuration(last - first)}`,
    '',
    ...renderTable(columns, rows),
    ...(rest > 0 ? [`and ${rest} more`] : []),
    '',
    '# loaded, . waited for another load (merged), x duplicate before its layout, X after it, ! failed, ? unfinished',
  ];
}

function bar({ startNs, durationNs, outcome }: Attempt, first: number, span: number): string {
  const place = (ns: number) => (span === 0 ? 0 : Math.floor(((ns - first) / span) * barWidth));
  const from = Math.min(barWidth - 1, place(startNs));
  const to = Math.min(barWidth, Math.max(from + 1, place(startNs + durationNs)));
  return `|${' '.repeat(from)}${signs[outcome].repeat(to - from)}${' '.repeat(barWidth - to)}|`;
}
