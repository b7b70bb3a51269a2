import { describeIncompatibility } from '../../judgement/incompatibility.ts';
import type { JudgedPair, RunComparison } from '../../judgement/judgement.ts';
import { type BootStats, failedBoots } from '../../judgement/side.ts';
import { plural } from '../../units.ts';
import { verdictLine } from '../comparison-verdict.ts';
import type { CommitStyle, ExportOptions } from '../export-options.ts';
import { duplicateTable } from './duplicates.ts';
import { comparisonEnvironment } from './environment.ts';
import { legend } from './legend.ts';
import { paragraph, plainText } from './mail-text.ts';
import { type MetricRow, markLegend } from './metric-row.ts';
import { type PairRows, pairRows } from './pair-rows.ts';
import { scalingGroups } from './scaling.ts';
import { scalingBlocks, type Tables } from './scaling-blocks.ts';
import { medianBoot, statsColumns } from './stats-columns.ts';
import { mmtestsLegend, mmtestsTable } from './styles/mmtests.ts';
import { modstormTable } from './styles/modstorm.ts';
import { perfTable } from './styles/perf.ts';
import { pipeTable } from './styles/pipe.ts';

/** Maximum number of pairs with their own table; pairs with a change come first. */
const mostPairs = 12;
/** Default number of modules in a table of duplicates. */
const defaultTop = 10;

/** Styles with one row per metric of a pair. */
const pairTables: Readonly<Record<Exclude<CommitStyle, 'stats'>, (pair: PairRows) => string[]>> = {
  modstorm: modstormTable,
  mmtests: mmtestsTable,
  perf: perfTable,
  pipe: pipeTable,
};

/** A comparison as blocks of a commit message: the sides, tables, duplicates, legend, verdict, environment. */
export function comparisonBlocks(comparison: RunComparison, options: ExportOptions): string[][] {
  const { pairs } = comparison.judgement;
  const texts = [comparison.base, comparison.next].some(({ kind }) => kind === 'text');
  // Single boots cannot be tested, so only show their counters side by side.
  const style = options.style ?? (texts ? 'stats' : 'modstorm');
  const tables = style === 'stats' ? statsTables(pairs) : tablesOf(pairs, style, options);
  return [
    paragraph(heading(comparison)),
    ...tables.blocks,
    style !== 'stats' && !tables.rows.some(isMeasured) ? ['no metric was measured on both sides'] : [],
    ...duplicateBlock(pairs, options.top ?? defaultTop),
    notes(comparison, tables.rows, style),
    paragraph(verdictLine(comparison)),
    comparisonEnvironment(comparison),
  ];
}

/** Whether a row is about more than the outcomes of boots. */
function isMeasured({ judged: { definition, result } }: MetricRow): boolean {
  return definition.name !== failedBoots && result.comparison.effect !== undefined;
}

function heading({ base, next, axis, judgement }: RunComparison): string {
  const name = (text: string) => plainText(text, 100);
  if (axis && 'base' in axis) {
    const values = [
      ...new Set(judgement.pairs.map(({ pair }) => pair.candidate.settings[axis.axis] ?? 'none')),
    ];
    return `${name(axis.axis)}: ${name(axis.base)} (before) against ${name(values.join(', '))} (after)`;
  }
  if (base.kind === 'text' && next.kind === 'text') return 'modules/stats of one boot before and one after';
  const left = axis ? `, cells matched without ${name(axis.axis)}` : '';
  return `before: ${name(base.name)}, after: ${name(next.name)}${left}`;
}

function tablesOf(
  pairs: readonly JudgedPair[],
  style: Exclude<CommitStyle, 'stats'>,
  options: ExportOptions,
): Tables {
  const all = options.all === true;
  const groups = style === 'modstorm' && pairs.length > 1 ? scalingGroups(pairs) : undefined;
  if (groups) return scalingBlocks(groups, options);
  const rows = pairs
    .map(pair => pairRows(pair, all))
    .sort((a, b) => Number(b.changed.length > 0) - Number(a.changed.length > 0));
  const shown = all ? rows : rows.slice(0, mostPairs);
  const table = pairTables[style];
  const blocks = shown.map(pair => [
    ...(pairs.length > 1 ? paragraph(plainText(pair.name, 200)) : []),
    ...(pair.changed.length + pair.costs.length > 0 ? table(pair) : ['nothing was measured on either side']),
  ]);
  if (rows.length > shown.length)
    blocks.push([`${plural(rows.length - shown.length, 'pair')} more; --all shows them`]);
  return { blocks, rows: shown.flatMap(({ changed, costs }) => [...changed, ...costs]) };
}

/** One boot of each side, the one with the median waste, in the layout of the kernel. */
function statsTables(pairs: readonly JudgedPair[]): Tables {
  const blocks = pairs.slice(0, mostPairs).map(({ pair }) => {
    const [before, after] = [medianBoot(pair.base.boots), medianBoot(pair.candidate.boots)];
    const name = pairs.length > 1 ? paragraph(plainText(pair.name, 200)) : [];
    if (before === undefined || after === undefined)
      return [...name, 'no boot of one side has module statistics'];
    const several = pair.base.boots.length + pair.candidate.boots.length > 2;
    const which = several ? ['the boot with the median waste of each side'] : [];
    return [...name, ...which, ...statsColumns(before, after)];
  });
  if (pairs.length > mostPairs) blocks.push([`${plural(pairs.length - mostPairs, 'pair')} more`]);
  return { blocks, rows: [] };
}

/** The duplicates of the pair with the most. */
function duplicateBlock(pairs: readonly JudgedPair[], top: number): string[][] {
  const countOf = (boots: readonly BootStats[]) =>
    boots.flatMap(({ duplicates }) => duplicates).reduce((sum, { count }) => sum + count, 0) /
    Math.max(1, boots.length);
  let most: { pair: JudgedPair['pair']; count: number } | undefined;
  for (const { pair } of pairs) {
    const count = Math.max(countOf(pair.base.boots), countOf(pair.candidate.boots));
    if (count > (most?.count ?? 0)) most = { pair, count };
  }
  if (most === undefined) return [];
  const { base, candidate, name } = most.pair;
  const table = duplicateTable(base.boots, candidate.boots, top);
  return table.length === 0 ? [] : [[...(pairs.length > 1 ? paragraph(plainText(name, 200)) : []), ...table]];
}

function notes(comparison: RunComparison, rows: readonly MetricRow[], style: CommitStyle): string[] {
  if (rows.length === 0) return warnings(comparison);
  const marks = style === 'mmtests' ? mmtestsLegend : markLegend(rows);
  return [...paragraph(`${legend(comparison, rows)}; ${marks}`), ...warnings(comparison)];
}

function warnings({ judgement, incompatibilities, unmatched }: RunComparison): string[] {
  const messages = [
    ...new Set(judgement.pairs.flatMap(({ findings }) => findings.map(({ message }) => message))),
  ];
  const sentences = [
    ...messages.map(message => `warning: ${plainText(message, 300)}`),
    ...incompatibilities.map(
      one => `FORCED, unlike: ${plainText(describeIncompatibility(one, judgement.pairs.length), 300)}`,
    ),
    unmatched.length > 0 ? `${plural(unmatched.length, 'cell')} without a partner, not compared` : '',
  ];
  return sentences.filter(sentence => sentence !== '').flatMap(paragraph);
}
