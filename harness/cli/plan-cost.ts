import { escapeText } from '../escape.ts';
import type { PlannedChange, PlannedChanges } from '../judgement/planned-changes.ts';
import { wallTimeNs } from '../plan/budget.ts';
import type { PlannedShard } from '../plan/plan-shards.ts';
import { type Column, renderTable } from '../report/text/table.ts';
import { formatDuration, plural } from '../units.ts';

const wallColumns: Column[] = [
  { head: ['hosts'], align: 'right' },
  { head: ['wall time'], align: 'left' },
];

/** Wall time by number of hosts. */
export function wallTimeLines(byHosts: readonly (readonly PlannedShard[])[]): string[] {
  const rows = byHosts.map(shards => [String(shards.length), `about ${formatDuration(wallTimeNs(shards))}`]);
  return renderTable(wallColumns, rows);
}

/** What a plan can see: `wasted_bytes  +8 % to +21 %`. */
export function changeLines(changes: PlannedChanges, from: string, trials: number): string[] {
  const name = escapeText(from, { length: 100 });
  if (changes.known === 0)
    return [`${name} has no boots of these cells, so nobody knows what this plan can see`];
  const width = Math.max(...changes.metrics.map(({ definition }) => definition.name.length));
  const head =
    `With ${plural(trials, 'boot')} of each cell, a change for the worse is proved in four runs of five from this size on ` +
    `(spread of ${name}, ${changes.known} of ${plural(changes.bases, 'base cell')}; corrected for ` +
    `${plural(changes.declared, 'hypothesis', 'hypotheses')}):`;
  return [
    head,
    ...changes.metrics.map(metric => `  ${metric.definition.name.padEnd(width)}  ${sizes(metric)}`),
  ];
}

function sizes({ definition, changes }: PlannedChange): string {
  const found = [...changes.values()];
  const seen = found.filter(change => change !== undefined).sort((a, b) => a - b);
  const [least, greatest] = [seen[0], seen.at(-1)];
  if (least === undefined || greatest === undefined)
    return 'none: too few boots, or too rare to have a size in percent';
  const percent = (change: number) =>
    `${definition.worse === 'lower' ? '-' : '+'}${shown(definition.worse === 'lower' ? change / (1 + change) : change)}`;
  const range =
    percent(least) === percent(greatest) ? percent(least) : `${percent(least)} to ${percent(greatest)}`;
  return seen.length < found.length ? `${range}, in other cells none` : range;
}

/** A fraction as a percentage with two digits. */
function shown(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(2))} %`;
}
