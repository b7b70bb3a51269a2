import { html, table, wordHead } from '../../report/html/markup.ts';
import { formatDuration } from '../../units.ts';
import type { Observation } from '../search/observation.ts';
import type { SearchLog } from '../search/search-log.ts';
import type { CommitNames } from './commit-names.ts';

/** What the stages of a search are called. */
export const stages = {
  ends: 'ends',
  search: 'search',
  confirm: 'confirmation',
  revert: 'revert',
} as const;

/** A row of the table: one build, or several boots of one source. */
interface Step {
  observation: Observation;
  results: string[];
  seconds: number;
}

/** All steps: one row per build, per sequence of boots of the same source, and per source of those that are booted in turn. */
export function stepTable(log: SearchLog, names: CommitNames): string {
  const lines = stepsOf(log).map(({ observation, results, seconds }) => [
    html(stages[observation.purpose.stage]),
    html(sourceOf(observation, names)),
    html(results.join(' ')),
    html(formatDuration(seconds * 1e9)),
  ]);
  return table('steps', ['stage', 'source', 'result', 'time'].map(wordHead), lines);
}

function stepsOf(log: SearchLog): Step[] {
  const steps: Step[] = [];
  for (const observation of log.observations) {
    const known = stepOf(observation, steps);
    if (known === undefined)
      steps.push({ observation, results: [resultOf(observation)], seconds: observation.seconds });
    else {
      known.results.push(resultOf(observation));
      known.seconds += observation.seconds;
    }
  }
  return steps;
}

/** The row that a boot belongs to: the last one, or in a stage that boots in turn one of those since the last build. */
function stepOf(observation: Observation, steps: readonly Step[]): Step | undefined {
  const inTurn = observation.purpose.stage !== 'search';
  for (const step of inTurn ? steps.toReversed() : steps.slice(-1)) {
    if (isSameBoot(step.observation, observation)) return step;
    if (step.observation.type !== 'booted') return undefined;
  }
  return undefined;
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
