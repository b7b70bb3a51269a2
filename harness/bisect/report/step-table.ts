import { html } from '../../report/html/markup.ts';
import { formatDuration } from '../../units.ts';
import type { Observation } from '../search/observation.ts';
import type { SearchLog } from '../search/search-log.ts';
import type { CommitNames } from './commit-names.ts';

const stages = {
  ends: 'ends',
  search: 'search',
  confirm: 'confirmation',
  revert: 'revert',
} as const;

/** All steps: one row per build, and per sequence of boots of the same source. */
export function stepTable(log: SearchLog, names: CommitNames): string {
  const rows: { observation: Observation; results: string[]; seconds: number }[] = [];
  for (const observation of log.observations) {
    const last = rows.at(-1);
    if (last !== undefined && isSameBoot(last.observation, observation)) {
      last.results.push(resultOf(observation));
      last.seconds += observation.seconds;
    } else rows.push({ observation, results: [resultOf(observation)], seconds: observation.seconds });
  }
  const lines = rows.map(({ observation, results, seconds }) => {
    const { stage } = observation.purpose;
    const cells = [
      stages[stage],
      sourceOf(observation, names),
      results.join(' '),
      formatDuration(seconds * 1e9),
    ];
    return `<tr>${cells.map(cell => `<td>${html(cell)}</td>`).join('')}</tr>`;
  });
  return `<table><tr><th>stage</th><th>source</th><th>result</th><th>time</th></tr>\n${lines.join('\n')}</table>`;
}

function isSameBoot(one: Observation, other: Observation): boolean {
  return (
    [one, other].every(({ type }) => type === 'booted') &&
    one.commit === other.commit &&
    one.without === other.without &&
    cellOf(one) === cellOf(other) &&
    one.purpose.stage === other.purpose.stage
  );
}

/** What was built, or what was booted in which cell. */
function sourceOf(observation: Observation, names: CommitNames): string {
  const cell = cellOf(observation);
  return names.source(observation) + (cell === undefined ? '' : names.inCell(cell));
}

/** Number of the cell of a boot; undefined for a build. */
export function cellOf(observation: Observation): number | undefined {
  return observation.type === 'booted' || observation.type === 'boot-failed'
    ? (observation.cell ?? 0)
    : undefined;
}

/** The result of one step, in a few words. */
export function resultOf(observation: Observation): string {
  switch (observation.type) {
    case 'built':
      return observation.code === undefined ? 'built' : `built, object code ${observation.code.slice(0, 12)}`;
    case 'booted':
      return String(observation.value);
    case 'boot-failed':
      return `no value: ${observation.title}`;
    case 'untestable':
      return `cannot be tested: ${observation.title}`;
  }
}
